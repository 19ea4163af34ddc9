"""The bot's texts as config/messages/ has them, so that no test copies a sentence."""
import json
import re

from .paths import ROOT


PLACEHOLDER = r"\{([a-z_]+)\}"


class Texts:
    def __init__(self, replacements=None):
        self.locales = {path.stem: json.loads(path.read_text()) for path in (ROOT / "config" / "messages").glob("*.json")}
        for entries in self.locales.values():
            del entries["understood"]
        for locale, entries in (replacements or {}).items():
            self.locales[locale].update(entries)

    def raw(self, locale, key):
        return self.locales[locale][key]

    def render(self, locale, key, **values):
        """Braces inside values mean nothing."""
        return re.sub(PLACEHOLDER, lambda m: str(values.get(m.group(1), m.group())), self.locales[locale][key])

    def pattern(self, locale, *keys, **values):
        """Matches these texts, one after the other with an empty line between; {placeholders} not given match anything."""
        parts = re.split(PLACEHOLDER, "\n\n".join(self.locales[locale][key] for key in keys))
        # literal, name, literal, name… literal
        parts[1::2] = [re.escape(str(values[name])) if name in values else "(?s:.*)" for name in parts[1::2]]
        parts[0::2] = [re.escape(literal) for literal in parts[0::2]]
        return re.compile("".join(parts))

"""The bot's texts as config/messages.json has them, so that no test copies a sentence."""
import json
import re

from .paths import ROOT


class Texts:
    def __init__(self, path=ROOT / "config" / "messages.json", replacements=None):
        self.locales = json.loads(path.read_text())
        for locale, entries in (replacements or {}).items():
            self.locales[locale].update(entries)

    def raw(self, locale, key):
        return self.locales[locale][key]

    def render(self, locale, key, **values):
        text = self.locales[locale][key]
        for name, value in values.items():
            text = text.replace("{" + name + "}", str(value))
        return text

    def pattern(self, locale, *keys, **values):
        """Matches these texts, one after the other with an empty line between; {placeholders} not given match anything."""
        text = "\n\n".join(self.render(locale, key, **values) for key in keys)
        parts = re.split(r"(\{[a-z_]+\})", text)
        return re.compile("".join("(?s:.*)" if re.fullmatch(r"\{[a-z_]+\}", p) else re.escape(p) for p in parts))

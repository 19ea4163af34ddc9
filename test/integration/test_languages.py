"""A language is one file of config/messages/: what the build makes of a third, and what it refuses."""
import json
import os
import re
import subprocess

import pytest

from support.paths import ROOT

MESSAGES = ROOT / "config" / "messages"


def german():
    """English, but for what the tests look at."""
    language = json.loads((MESSAGES / "en.json").read_text())
    language.update(language_name="Deutsch", offer="Guten Tag! Möchten Sie sich registrieren?", ask_name="Wie heißen Sie?",
                    ask_language="In welcher Sprache?", language_set="Gut, ab jetzt auf Deutsch.", button_is_rep="Ja")
    language["understood"].update(yes=["ja", "gerne"], language=["sprache"])
    return language


@pytest.fixture(scope="module")
def tree(tmp_path_factory):
    """The source tree with a third language in it, made known to nothing else."""
    top = tmp_path_factory.mktemp("tree")
    (top / "config" / "messages").mkdir(parents=True)
    own = {ROOT / "config", MESSAGES, ROOT / "build"}
    for path in [*ROOT.iterdir(), *(ROOT / "config").iterdir(), *MESSAGES.iterdir()]:
        if path not in own and not path.name.startswith("."):
            (top / path.relative_to(ROOT)).symlink_to(path)
    (top / "config" / "messages" / "de.json").write_text(json.dumps(german(), ensure_ascii=False, indent=2))
    subprocess.run(["cmake", "-S", top, "-B", top / "build", "-DCMAKE_BUILD_TYPE=Debug"], check=True, stdout=subprocess.DEVNULL)
    subprocess.run(["cmake", "--build", top / "build", "-j", str(os.cpu_count()), "--target", "salesreg_domain"],
                   check=True, stdout=subprocess.DEVNULL)
    return top


@pytest.fixture(scope="module")
def talk(tree):
    """talk("de", "ja"): what somebody with this language in Telegram is told."""
    libraries = subprocess.check_output(["pkg-config", "--cflags", "--libs", "jansson", "libsodium"], text=True).split()
    program = tree / "third_language"
    archives = [tree / "build" / "src" / f"libsalesreg_{layer}.a" for layer in ("domain", "base")]
    subprocess.run(["cc", "-std=c17", "-D_GNU_SOURCE", "-I", ROOT / "include", "-I", tree / "build" / "generated", "-o", program,
                    ROOT / "test" / "integration" / "third_language.c", ROOT / "src" / "app" / "texts.c", *archives,
                    *libraries, "-lm"], check=True)
    return lambda *words: subprocess.run([program, *words], check=True, capture_output=True, text=True).stdout


def test_who_has_the_third_language_in_telegram_is_answered_in_it_and_understood(talk):
    said = talk("de-AT", "hallo", "Gerne!")
    assert "Guten Tag!" in said and "[Ja] reg:yes" in said
    assert said.endswith("Wie heißen Sie?\n[Cancel] cancel\n")


def test_the_others_may_choose_it_and_are_asked_in_their_own_language_first(talk):
    said = talk("ru", "язык", "press lang:de", "привет")
    lines = said.splitlines()
    assert lines[:6] == ["На каком языке вам писать?", "In welcher Sprache?", "Which language shall I write in?",
                         "[Русский] lang:ru", "[Deutsch] lang:de", "[English] lang:en"]
    assert lines[6] == "Gut, ab jetzt auf Deutsch."
    assert "Guten Tag!" in said


def test_bot_locale_takes_it(tree):
    locales = (tree / "build" / "generated" / "salesreg" / "generated" / "locales.h").read_text()
    assert '"ru|de|en"' in locales  # the rule of BOT_LOCALE, and what check-config says MESSAGES may hold


def test_every_text_is_said_somewhere():
    """A text that nobody says is translated for nothing."""
    sources = "\n".join(path.read_text() for folder in ("src", "include") for path in (ROOT / folder).rglob("*.[ch]"))
    said = set(re.findall(r"\bTEXT_\w+", sources))
    keys = [key for key in json.loads((MESSAGES / "ru.json").read_text()) if key != "understood"]
    assert [key for key in keys if f"TEXT_{key.upper()}" not in said] == []


# what is refused ----------------------------------------------------------------------------------------------------------

def without(key):
    return lambda language: language.pop(key)


def setting(key, value):
    return lambda language: language.update({key: value})


UNLIKE = [
    (without("menu"), "de.json: menu is missing"),
    (setting("menue", "Was nun?"), "de.json: menue is none of ru.json's"),
    (setting("registered", "Fertig, {name}."), "de.json: registered has other {placeholders} than in ru.json"),
    (setting("menu", "Was nun, {name}?"), "de.json: menu has other {placeholders} than in ru.json"),
    (setting("menu", ["Was nun?"]), "expected a text"),
    (setting("menu", 5), "expected a string at 5"),
    (lambda language: language["understood"].pop("yes"), "de.json: understood.yes is missing"),
    (lambda language: language["understood"].update(yes=["nein", "no"]), '"no" is understood as no, and as yes'),
]


def generate(directory, *names, mode="texts"):
    return subprocess.run(["mawk", "-v", f"mode={mode}", "-v", "reference=ru", "-f", MESSAGES / "catalog.awk",
                           *(directory / name for name in names)], capture_output=True, text=True,
                          env={"LC_ALL": "C", "PATH": os.environ["PATH"]})


@pytest.mark.parametrize("change, complaint", UNLIKE, ids=[complaint for _, complaint in UNLIKE])
def test_the_build_refuses_a_language_that_is_not_like_the_others(tmp_path, change, complaint):
    language = german()
    change(language)
    for locale in ("ru", "en"):
        (tmp_path / f"{locale}.json").symlink_to(MESSAGES / f"{locale}.json")
    (tmp_path / "de.json").write_text(json.dumps(language, ensure_ascii=False, indent=2))
    done = generate(tmp_path, "ru.json", "de.json", "en.json")
    assert done.returncode != 0 and done.stdout == ""
    assert complaint in done.stderr


def test_a_file_may_be_written_in_any_way_that_is_json(tmp_path):
    for locale in ("ru", "en"):
        (tmp_path / f"{locale}.json").write_text(json.dumps(json.loads((MESSAGES / f"{locale}.json").read_text()), ensure_ascii=False))
    for mode in ("locales", "texts", "words"):
        assert generate(tmp_path, "ru.json", "en.json", mode=mode).stdout == generate(MESSAGES, "ru.json", "en.json", mode=mode).stdout


def test_a_language_is_named_by_two_letters(tmp_path):
    (tmp_path / "ru.json").symlink_to(MESSAGES / "ru.json")
    (tmp_path / "german.json").write_text(json.dumps(german()))
    assert "two small letters" in generate(tmp_path, "ru.json", "german.json").stderr

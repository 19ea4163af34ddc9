"""What may include what, and what the domain may call (DESIGN §2)."""
import os
import re
import subprocess
from pathlib import Path

import pytest

from support.database import TABLES
from support.paths import BINARY, ROOT

# each layer, and what it may include besides itself
LAYERS = {
    "base": set(),
    "domain": {"base"},
    "db": {"base"},
    "http": {"base"},
    "ipc": {"base"},
    "store": {"base", "domain", "db"},
    "telegram": {"base", "domain", "http"},
    "google": {"base", "domain", "http"},
    "supervise": {"base", "domain", "ipc"},
    "sandbox": {"base", "domain", "http"},
    "app": {"base", "domain", "db", "http", "ipc", "store", "telegram", "google", "supervise", "sandbox"},
}
LAYERS["role"] = set(LAYERS)
# what else only some may touch: the library's header, and the layers that may
LIBRARIES = {
    "libpq-fe.h": {"db", "store", "role"},
    "uv.h": {"db", "http", "ipc", "telegram", "google", "supervise", "sandbox", "app", "role"},
    "curl/curl.h": {"http", "role"},
    "microhttpd.h": {"http", "role"},
    "libsmartcols.h": {"role"},
    "csv.h": {"app"},
    "iconv.h": {"app"},
    "jansson.h": {"base", "http", "telegram", "google", "sandbox", "app", "role"},
}
SIBLINGS = [{"domain", "db", "http", "ipc"}, {"store", "telegram", "google", "supervise", "sandbox"}]
# embedded text, made from sql/, config/ and src/sandbox/page/
GENERATED = {"salesreg/generated/statements.h": {"db"}, "salesreg/generated/statements.inc": {"db"},
             "salesreg/generated/migrations.inc": {"db"}, "salesreg/generated/texts.inc": {"app"}, "salesreg/generated/qualification.inc": {"app"},
             "salesreg/generated/page.inc": {"sandbox"}, "salesreg/generated/oauth_page.inc": {"app"}, "salesreg/generated/locales.h": {"base", "domain", "app"},
             "salesreg/generated/text_ids.h": {"domain"}, "salesreg/generated/words.inc": {"domain"}}


def files():
    for top in ("src", "include/salesreg"):
        for path in sorted((ROOT / top).rglob("*.[ch]")):
            parts = path.relative_to(ROOT / top).parts
            if len(parts) > 1:  # main.c stands above all
                yield parts[0], path


def includes(path):
    for number, line in enumerate(path.read_text().splitlines(), 1):
        found = re.match(r'\s*#\s*include\s*([<"])([^">]+)[">]', line)
        if found:
            yield number, found.group(1), found.group(2)


def test_every_file_belongs_to_a_layer():
    unknown = {layer for layer, _ in files()} - set(LAYERS)
    assert not unknown


def test_layers_include_only_what_is_below_them():
    wrong = []
    for layer, path in files():
        for number, bracket, name in includes(path):
            if name in GENERATED:
                if layer not in GENERATED[name]:
                    wrong.append(f"{path.relative_to(ROOT)}:{number}: {layer} includes {name}")
                continue
            target = re.match(r"salesreg/([a-z]+)/", name)
            if target and target.group(1) not in LAYERS[layer] | {layer}:
                wrong.append(f"{path.relative_to(ROOT)}:{number}: {layer} includes {name}")
    assert not wrong, "\n".join(wrong)


def test_siblings_never_include_one_another():
    wrong = []
    for layer, path in files():
        siblings = set().union(*(group - {layer} for group in SIBLINGS if layer in group))
        for number, _, name in includes(path):
            target = re.match(r"salesreg/([a-z]+)/", name)
            if target and target.group(1) in siblings:
                wrong.append(f"{path.relative_to(ROOT)}:{number}: {layer} includes its sibling {name}")
    assert not wrong, "\n".join(wrong)


def test_private_headers_stay_in_their_directory():
    wrong = []
    for _, path in files():
        for number, bracket, name in includes(path):
            if bracket == '"' and not name.startswith("salesreg/") and not (path.parent / name).is_file():
                wrong.append(f"{path.relative_to(ROOT)}:{number}: {name}")
    assert not wrong, "\n".join(wrong)


def test_libraries_are_used_only_by_the_layers_meant_for_them():
    wrong = []
    for layer, path in files():
        for number, _, name in includes(path):
            if name in LIBRARIES and layer not in LIBRARIES[name]:
                wrong.append(f"{path.relative_to(ROOT)}:{number}: {layer} includes {name}")
    assert not wrong, "\n".join(wrong)


def test_every_public_header_can_be_included_alone():
    """In its own translation unit, as whoever includes it first has it."""
    wrong = []
    libraries = subprocess.check_output(["pkg-config", "--cflags", "libpq", "jansson"], text=True).split()
    for path in sorted((ROOT / "include" / "salesreg").rglob("*.h")):
        name = path.relative_to(ROOT / "include")
        done = subprocess.run(["cc", "-std=c17", "-D_GNU_SOURCE", "-fsyntax-only", "-I", ROOT / "include",
                               "-I", BINARY.parent / "generated", *libraries, "-include", str(name), "-x", "c", "/dev/null"],
                              capture_output=True, text=True)
        if done.returncode:
            wrong.append(f"{name}: {done.stderr.splitlines()[0]}")
    assert not wrong, "\n".join(wrong)


# What a pure function may call: memory and strings. No clock, no randomness, no environment, no I/O, no locale.
PURE = re.compile(
    r"""mem(cpy|move|set|cmp|chr|rchr|mem|pcpy)
      | str(len|nlen|cmp|ncmp|casecmp|ncasecmp|casestr|chr|chrnul|rchr|str|spn|cspn|pbrk|sep)
      | stpcpy | stpncpy | rawmemchr
      | malloc | calloc | realloc | free | abort
      | v?snprintf | qsort | bsearch
      | __assert_fail | __stack_chk_fail | __\w+_chk
      | __asan_\w+ | __ubsan_\w+ | __sanitizer_\w+ | __gcov_\w+
      | _GLOBAL_OFFSET_TABLE_ | __isoc99_\w+
      | u?labs | llabs""", re.VERBOSE)


def symbols(archive, which):
    out = subprocess.run(["nm", "-P", "-A", which, archive], capture_output=True, text=True, check=True).stdout
    for line in out.splitlines():
        place, name = line.split()[:2]
        yield place.split("[")[-1].rstrip("]:"), name


def archive(layer):
    path = BINARY.parent / "src" / f"libsalesreg_{layer}.a"
    if not path.exists():
        pytest.fail(f"{path} is not there; build the tree the binary under test comes from")
    return path


def test_the_domain_calls_nothing_but_the_base_layer_and_pure_functions():
    own = {name for _, name in symbols(archive("domain"), "--defined-only")}
    base = {name for _, name in symbols(archive("base"), "--defined-only")}
    wrong = sorted({f"{object_file}: {name}" for object_file, name in symbols(archive("domain"), "--undefined-only")
                    if name not in own and name not in base and not PURE.fullmatch(name)})
    assert own, "the archive has no symbols"
    assert not wrong, "\n".join(wrong)


def test_the_domain_does_not_reach_the_world_through_the_base_layer():
    """The base layer has a clock, a log and the configuration; decisions take those as arguments."""
    worldly = {name for object_file, name in symbols(archive("base"), "--defined-only")
               if re.fullmatch(r"(clock|log|config(_\w+)?|secret|json)\.c\.o", object_file)}
    assert worldly, "the base layer's files have other names now"
    used = sorted({f"{object_file}: {name}" for object_file, name in symbols(archive("domain"), "--undefined-only")
                   if name in worldly and not name.startswith(("__", "_sub", "_GLOBAL"))})
    assert not used, "\n".join(used)


def test_no_source_file_is_longer_than_a_person_holds_in_mind():
    long = [f"{path.relative_to(ROOT)}: {lines} lines" for _, path in files()
            if (lines := path.read_text().count("\n")) > 500]
    assert not long, "\n".join(long)


def test_no_files_include_one_another_in_a_circle():
    """A source file, its header and its private header are one thing; what two of them want of each other stands below both."""
    wants = {}
    for layer, path in files():
        top = ROOT / "src" if path.is_relative_to(ROOT / "src") else ROOT / "include" / "salesreg"
        folder = path.parent.relative_to(top)
        thing = f"{folder}/{path.stem.removesuffix('_private')}"
        wants.setdefault(thing, set())
        for _, bracket, name in includes(path):
            if bracket == '"' and not name.startswith("salesreg/generated/"):
                target = name.removeprefix("salesreg/").removesuffix(".h")
                target = target if name.startswith("salesreg/") else os.path.normpath(f"{folder}/{target}")
                wants[thing].add(target.removesuffix("_private"))
    reached = {}

    def reaches(thing):
        if thing not in reached:
            reached[thing] = set()
            seen, left = set(), list(wants.get(thing, ()))
            while left:
                at = left.pop()
                if at not in seen and at != thing:
                    seen.add(at)
                    left += wants.get(at, ())
            reached[thing] = seen
        return reached[thing]

    pairs = [f"{thing} <-> {other}" for thing in wants for other in reaches(thing)
             if thing < other and thing in reaches(other)]
    assert not pairs, "\n".join(sorted(pairs))


# layers that are folders of folders: what is in one of those has one purpose
FOLDERS = {"domain": {"calendar", "conversation", "event", "assignment", "contact", "outbox", "text", "config", "prospect", "qualification", "import"},
           "app": {"bot", "outreach", "doctor", "oauth", "import"},
           "sandbox": {"telegram", "google"},
           "role": {"cli", "command", "worker"}}


def test_folders_are_those_of_the_layout_and_none_holds_too_much():
    unknown = {f"{layer}/{folder.name}" for layer, known in FOLDERS.items() for folder in (ROOT / "src" / layer).iterdir()
               if folder.is_dir() and folder.name not in known | {"page"}}
    assert not unknown
    many = {}
    for layer in FOLDERS:
        for folder in (ROOT / "src" / layer, *(ROOT / "src" / layer).rglob("*/")):
            if folder.is_dir() and (count := len(list(folder.glob("*.c")))) > 14:
                many[str(folder.relative_to(ROOT))] = count
    assert not many


def test_a_header_lies_where_its_source_file_lies():
    sources = {path.relative_to(ROOT / "src").with_suffix("") for path in (ROOT / "src").rglob("*.c")}
    wrong = []
    for path in (ROOT / "include" / "salesreg").rglob("*.h"):
        name = path.relative_to(ROOT / "include" / "salesreg").with_suffix("")
        elsewhere = [source for source in sources if source.name == name.name and source.parts[0] == name.parts[0]]
        if name not in sources and elsewhere:
            wrong.append(f"{name}: its source file is {elsewhere[0]}")
    assert not wrong, "\n".join(wrong)


def test_there_is_no_circle_between_folders_of_a_layer():
    wants = {}
    for layer, path in files():
        top = ROOT / "src" if path.is_relative_to(ROOT / "src") else ROOT / "include" / "salesreg"
        folder = str(path.parent.relative_to(top))
        for _, bracket, name in includes(path):
            if name.startswith(f"salesreg/{layer}/"):
                target = str(Path(name).parent.relative_to("salesreg"))
                if target != folder:
                    wants.setdefault(folder, set()).add(target)
    # what lies in the folder above wires its folders, and has what they share
    pairs = [f"{a} <-> {b}" for a in wants for b in wants[a]
             if a < b and a in wants.get(b, ()) and not b.startswith(a + "/")]
    assert not pairs, "\n".join(pairs)


def test_there_is_no_sql_in_c_files():
    wrong = []
    for _, path in files():
        text = re.sub(r"/\*.*?\*/", lambda m: "\n" * m.group().count("\n"), path.read_text(), flags=re.S)
        for number, line in enumerate(text.splitlines(), 1):
            if re.search(r'"\s*(SELECT|INSERT INTO|UPDATE|DELETE FROM|WITH|CREATE|ALTER) [a-zA-Z(]', line):
                wrong.append(f"{path.relative_to(ROOT)}:{number}: {line.strip()}")
    assert not wrong, "\n".join(wrong)


def test_tests_know_tables_by_the_names_of_the_database_under_test():
    """A renamed table is one line, TABLES in test/support/database.py; what is made of a name in a test comes from there as well."""
    made = {name for path in (ROOT / "sql" / "migrations").glob("*.sql")
            for name in re.findall(r"^CREATE (?:UNLOGGED )?TABLE salesreg\.(\w+)", path.read_text(), re.M)}
    assert made == set(TABLES), f"the names in {', '.join(sorted(made ^ set(TABLES)))} differ: migrations, TABLES of support/database.py"
    named = [f"{path.relative_to(ROOT)}:{number}: write db.outbox or, in a statement, {{tables.outbox}}"
             for path in sorted((ROOT / "test").rglob("*.py")) if path.name != "database.py"
             for number, line in enumerate(path.read_text().splitlines(), 1) if re.search(rf"salesreg\.({'|'.join(TABLES)})\b", line)]
    assert not named, "\n".join(named)

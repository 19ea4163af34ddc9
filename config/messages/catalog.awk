# Makes C of the languages, config/messages/<locale>.json, and fails where two of them are not alike.
# -v reference=<locale>: whose keys and placeholders count. -v mode=
#   locales  LOCALE_MAP(X), the reference first: X(RU, "ru"), and LOCALE_CHOICES, "ru|en"
#   texts    TEXT_MAP(X), each text: X(ID, "key", "placeholder,placeholder", KIND)
#   words    what people may type, each word: W(PHRASE, "word")
function fail(what) {
    printf "%s: %s\n", FILENAME, what > "/dev/stderr"
    failed = 1
}
# What may stand where a text of this key goes (include/salesreg/domain/text/catalog.h).
function kind(key) {
    if (key ~ /^answer_/) return "ANSWER"
    if (key ~ /^command_/) return "COMMAND"
    if (key ~ /^button_/) return "BUTTON"
    # words that stand inside other texts
    if (key ~ /^rep_is_|^prospect_(unreached|contacted|in_conversation|converted|archived)$/) return "BUTTON"
    if (key ~ /^(language_name|company_domain|mail_subject|prospect_nameless)$/) return "BUTTON"
    return "MESSAGE"
}
# Each placeholder once, in the order they come in.
function placeholders(text,  list, name) {
    while (match(text, /[{][a-z_]+[}]/)) {
        name = substr(text, RSTART + 1, RLENGTH - 2)
        if (("," list ",") !~ ("," name ",")) list = list (list == "" ? "" : ",") name
        text = substr(text, RSTART + RLENGTH)
    }
    return list
}
function has_all(list, other,  n, i, name) {
    n = split(list, name, ",")
    for (i = 1; i <= n; i++) if (("," other ",") !~ ("," name[i] ",")) return 0
    return 1
}
function add(key, what) {
    if ((locale, key) in has) fail(key " is there twice")
    has[locale, key] = what
    # the reference comes first
    if (locale == reference) keys[++key_count] = key
    else if (!((reference, key) in has)) fail(key " is none of " reference ".json's")
}
function add_text(key, text) {
    if (key !~ /^[a-z][a-z_0-9]*$/) fail("\"" key "\" can be no key: small letters, digits and _")
    add(key, placeholders(text))
    if (locale != reference && (reference, key) in has &&
        !(has_all(has[reference, key], has[locale, key]) && has_all(has[locale, key], has[reference, key])))
        fail(key " has other {placeholders} than in " reference ".json")
}
function add_word(phrase, word) {
    if (word ~ /[\\"]/) fail("understood." phrase ": a word has no \\ in it")
    if (!(word in phrase_of)) {
        words[++word_count] = word
        phrase_of[word] = phrase
        said_in[word] = FILENAME
    } else if (phrase_of[word] != phrase)
        fail("\"" word "\" is understood as " phrase ", and as " phrase_of[word] " in " said_in[word])
}
function value(text) {
    if (depth == 1) add_text(name[1], text)
    else if (depth == 3 && name[1] == "understood") add_word(name[2], text)
    else fail("line " FNR ": expected a text, or \"understood\": {\"phrase\": [\"word\"]}")
}
function opened(bracket) {
    if (bracket == "[" && depth == 2) add("understood." name[2], "")
    level[++depth] = bracket
    valued = 0
}
function closed() {
    depth--
    valued = 0
}
FNR == 1 {
    n = split(FILENAME, part, "/")
    locale = part[n]
    sub(/\.json$/, "", locale)
    if (locale !~ /^[a-z][a-z]$/) fail("its name must be two small letters of ISO 639-1 and .json")
    locales[++locale_count] = locale
    depth = valued = 0
}
{
    rest = $0
    while (1) {
        sub(/^[ \t\r]+/, "", rest)
        if (rest == "") break
        if (match(rest, /^"([^"\\]|\\.)*"/)) {
            string = substr(rest, 2, RLENGTH - 2)
            rest = substr(rest, RLENGTH + 1)
            if (level[depth] == "{" && !valued) name[depth] = string
            else value(string)
            continue
        }
        sign = substr(rest, 1, 1)
        rest = substr(rest, 2)
        if (sign == ":") valued = 1
        else if (sign == ",") valued = 0
        else if (sign ~ /[[{]/) opened(sign)
        else if (sign ~ /[]}]/) closed()
        else {
            fail("line " FNR ": expected a string at " sign rest)
            break
        }
    }
}
END {
    if (locales[1] != reference) {
        printf "%s.json is not there, or not the first\n", reference > "/dev/stderr"
        exit 1
    }
    for (l = 2; l <= locale_count; l++)
        for (k = 1; k <= key_count; k++)
            if (!((locales[l], keys[k]) in has)) {
                printf "%s.json: %s is missing\n", locales[l], keys[k] > "/dev/stderr"
                failed = 1
            }
    if (failed) exit 1
    print "/* Made by config/messages/catalog.awk; do not edit. */"
    if (mode != "words") print "#pragma once"
    if (mode == "locales") {
        printf "#define LOCALE_MAP(X)"
        for (l = 1; l <= locale_count; l++) printf " X(%s, \"%s\")", toupper(locales[l]), locales[l]
        printf "\n#define LOCALE_CHOICES \""
        for (l = 1; l <= locale_count; l++) printf "%s%s", (l > 1 ? "|" : ""), locales[l]
        print "\""
    } else if (mode == "texts") {
        printf "#define TEXT_MAP(X)"
        for (k = 1; k <= key_count; k++)
            if (keys[k] !~ /^understood\./)
                printf " \\\n\tX(%s, \"%s\", \"%s\", %s)", toupper(keys[k]), keys[k], has[reference, keys[k]], kind(keys[k])
        print ""
    } else
        for (w = 1; w <= word_count; w++) printf "W(%s, \"%s\"),\n", toupper(phrase_of[words[w]]), words[w]
}

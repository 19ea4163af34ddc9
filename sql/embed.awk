# Turns text files into C at build time. -v mode=
#   migrations       one initialiser { .version, .name, .text, .compatible } a file NNN_name.sql
#   statement-enum   an enum from the lines "-- name: x" of the query files; what follows there, as "cold", is for tests
#   statement-table  the texts of the same, indexed by that enum; what the migrations, which come first then, have made in the
#                    schema salesreg stands for {our tables} (and views), {our sequences}, {our functions}, {our keys} (unique indexes, those of
#                    constraints too) and {our indexes} (the others)
#   texts            { "file name", "content" } a file
function quoted(s) {
    gsub(/\\/, "\\\\\\\\", s); gsub(/"/, "\\\"", s); gsub(/\t/, "\\t", s);
    gsub(/[?]/, "\\?", s) # no trigraphs
    gsub(/\r/, "\\r", s)
    return "\"" s "\\n\""
}
function base(path,  n, part) { n = split(path, part, "/"); return part[n] }
function finish() {
    if (!open) return
    if (mode == "migrations") printf "\t  , .compatible = %d },\n", compatible
    else if (mode == "statement-table") printf "\t},\n"
    else if (mode == "texts") printf "\t},\n"
    open = 0
}
BEGIN {
    print "/* Made by sql/embed.awk; do not edit. */"
    if (mode == "statement-enum") print "#pragma once\nenum sql_statement {"
}
function is_ours(kind, name) { sub("," name "(,|$)", ",", ours[kind]); ours[kind] = ours[kind] "," name }
mode == "statement-table" && FILENAME ~ /\/migrations\// {
    if (match($0, /^CREATE TABLE (IF NOT EXISTS )?salesreg\.[a-z_0-9]+/)) {
        table = substr($0, RSTART, RLENGTH); sub(/.*\./, "", table)
    } else if (/^\)/) table = ""
    else if (table != "" && $0 !~ /^ *--/) {
        line = $0; sub(/ -- .*/, "", line)
        if (line ~ /^ +(UNIQUE|CONSTRAINT) /) {
            print FILENAME ":" FNR ": a key of several columns is a CREATE UNIQUE INDEX, whose name is known here" > "/dev/stderr"
            exit 1
        }
        if (line ~ / PRIMARY KEY/) is_ours("keys", table "_pkey")
        if (line ~ / UNIQUE/) is_ours("keys", table "_" $1 "_key")
    }
    if (/^CREATE (UNIQUE )?INDEX [a-z_0-9]+/) is_ours($2 == "UNIQUE" ? "keys" : "indexes", $2 == "UNIQUE" ? $4 : $3)
    if (/^DROP INDEX /) {
        name = $NF; sub(/;$/, "", name); sub(/.*\./, "", name)
        sub("," name "(,|$)", ",", ours["keys"]); sub("," name "(,|$)", ",", ours["indexes"])
    }
    if (match($0, /^(CREATE|DROP) (OR REPLACE )?(UNLOGGED )?(TABLE|VIEW|SEQUENCE|FUNCTION) (IF (NOT )?EXISTS )?salesreg\.[a-z_0-9]+/)) {
        name = kind = substr($0, RSTART, RLENGTH)
        sub(/.*salesreg\./, "", name)
        kind = kind ~ / (TABLE|VIEW) / ? "tables" : kind ~ / SEQUENCE / ? "sequences" : "functions"
        sub("," name "(,|$)", ",", ours[kind])
        if ($1 == "CREATE") ours[kind] = ours[kind] "," name
    }
    next
}
FNR == 1 {
    finish()
    if (mode == "migrations") {
        name = base(FILENAME); version = substr(name, 1, 3) + 0; sub(/\.sql$/, "", name)
        printf "\t{ .version = %d, .name = \"%s\", .text =\n", version, name
        compatible = 0; open = 1
    } else if (mode == "texts") {
        printf "\t{ \"%s\",\n", base(FILENAME)
        open = 1
    }
}
mode == "migrations" && /^-- compatible:[ \t]*yes/ { compatible = 1 }
/^-- name:/ && mode ~ /^statement/ {
    finish()
    constant = toupper($3)
    if (mode == "statement-enum") printf "\tSQL_%s,\n", constant
    else { printf "\t[SQL_%s] = { \"%s\",\n", constant, $3; open = 1 }
    next
}
mode == "statement-enum" { next }
mode == "statement-table" && (/^[ \t]*--/ || /^[ \t]*$/) { next }
mode == "statement-table" && /\{our / {
    for (kind in ours) {
        list = ours[kind]
        gsub(/,,+/, ",", list)
        gsub(/^,|,$/, "", list)
        gsub("[{]our " kind "[}]", "{" list "}")
    }
}
open { print "\t  " quoted($0) }
END {
    finish()
    if (mode == "statement-enum") print "\tSQL_STATEMENT_COUNT\n};"
}

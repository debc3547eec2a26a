"""The tell-tale lines by which pasted code gives its language away: language, weight, pattern."""

import re

from hindsight.lib.language_output import OUTPUT

_SOURCES: dict[str, list[tuple[int, str]]] = {
    "java": [
        (7, r"^(?:Exception in thread \"|Caused by: )?(?:[a-z_]\w*\.)+[A-Z]\w*(?:Exception|Error)\b[^\n]*\n\s+at "),
        (5, r"^\s+at (?:[\w$]+[./])+[\w$<>]+\([\w$]+\.java:\d+\)"),
        (
            4,
            r"^\s*(?:public|private|protected)\s+(?:static\s+|final\s+|abstract\s+)*(?:class|interface|"
            r"enum|record|void|[A-Z]\w*(?:<[^>\n]*>)?)\s+\w+",
        ),
        (4, r"^import (?:static )?(?:java|javax|jakarta|org|com)\.[\w.*]+;"),
        (3, r"^package [\w.]+;"),
        (3, r"\bSystem\.(?:out|err)\.print|@Override\b|\bnew \w+<>\("),
    ],
    "csharp": [
        (7, r"^\s+at (?:[\w`<>]+\.)+[\w`<>]+\([^)\n]*\) in .+:line \d+"),
        (5, r"^using (?:static )?[A-Z][\w.]*;"),
        (4, r"^namespace [A-Z][\w.]*\s*[;{]?"),
        (
            3,
            r"\b(?:public|private|internal|protected)\s+(?:async\s+|static\s+|readonly\s+|override\s+|"
            r"virtual\s+)*(?:Task|string|bool|int|var|void)\b[^\n]*[({]",
        ),
        (3, r"\{ get; (?:private |init; |set; )?|\bConsole\.Write|\bawait \w+\.\w+Async\("),
    ],
    "go": [
        (6, r"^goroutine \d+ \["),
        (5, r"^panic: "),
        (5, r"^package \w+\s*$"),
        (4, r"^func (?:\([^)\n]*\) )?\w+\([^)\n]*\)[^\n]*\{"),
        (3, r"\bif err != nil\b"),
        (2, r"\w := "),
        (2, r"^import \(\s*$|\bfmt\.\w+\(|\bchan \w|\bdefer \w"),
    ],
    "python": [
        (4, r"^\s*(?:async )?def \w+\([^\n]*\)(?: -> [^\n]+)?:\s*(?:#.*)?$"),
        (3, r"^\s*class \w+(?:\([^)\n]*\))?:\s*$"),
        (3, r"^(?:from [\w.]+ import |import [a-z_][\w.]*(?: as \w+)?\s*$)"),
        (2, r"^\s*(?:if|for|while|with|elif|else|try|except|finally)\b[^\n{};]*:\s*(?:#.*)?$"),
        (2, r"^\s*(?:@\w[\w.]*(?:\(.*\))?$|raise \w+|print\(|return\b)|\bself\.\w+"),
    ],
    "javascript": [
        (6, r"^\s+at (?:async )?[^\n(]*\(?(?:file://|node:|/|webpack|https?:)[^\n]*\.(?:m?js|cjs|jsx):\d+:\d+\)?"),
        (3, r"^\s*(?:const|let|var) (?:\w+|\{[^}\n]*\}|\[[^\]\n]*\]) = "),
        (3, r"(?:\)|\b\w+) => [{(\w]"),
        (3, r"\brequire\(['\"]|^import .+ from ['\"]|^export (?:default|const|function|async)\b|module\.exports"),
        (3, r"\b(?:async )?function\s*\w*\([^)\n]*\) *\{"),
        (2, r"\bconsole\.(?:log|error|warn)\(|===|\bawait \w|\bdocument\.\w"),
    ],
    "typescript": [
        (6, r"^\s*(?:export )?interface \w+(?: extends \w+)? \{"),
        (5, r"^\s*(?:export )?type \w+(?:<[^>\n]+>)? = "),
        (
            5,
            r"\b(?:const|let|function|async)\b[^\n=]*[\w)]\s*: (?:string|number|boolean|void|unknown|"
            r"any|Promise<|Record<|[A-Z]\w*(?:\[\]|<))",
        ),
        (
            4,
            r"\(\w+\??: (?:string|number|boolean|[A-Z]\w*)[,)]|\): Promise<|"
            r"\bas (?:const|unknown)\b|^import type ",
        ),
    ],
    "ruby": [
        (6, r"^(?:\t|\s+)?(?:from )?\S+\.rb:\d+:in ['`]"),
        (4, r"^\s*def (?:self\.)?\w+[?!]?(?:\([^)\n]*\))?\s*$(?=[\s\S]*^\s*end\b)"),
        (3, r"\bdo \|[^|\n]+\||\.each do\b|\bunless \w|\bputs \S"),
        (3, r"^require(?:_relative)? ['\"]|^\s*(?:module|class) [A-Z]\w*(?: < [\w:]+)?\s*$|^\s*attr_\w+ :"),
    ],
    "php": [
        (9, r"<\?php\b|<\?="),
        (4, r"\$\w+->\w+\(|^#\d+ \S+\.php\(\d+\): "),
        (4, r"PHP (?:Fatal|Parse) error|^\s*\$\w+ = (?:new |\[|\$)"),
        (2, r"\bfunction \w+\([^)\n]*\$\w+"),
    ],
    "rust": [
        (7, r"^thread '[^'\n]*' (?:\(\d+\) )?panicked at"),
        (6, r"^error\[E\d{4}\]"),
        (5, r"^\s*(?:pub(?:\(\w+\))? )?(?:async )?fn \w+(?:<[^>\n]*>)?\([^\n]*(?:->|\{|$)"),
        (3, r"\blet mut \w|\bimpl(?:<[^>\n]*>)? \w|&mut \w|\bunwrap\(\)|\bSome\(|\bOk\(\("),
        (3, r"^use (?:std|crate|super|tokio|\w+)::|^#\[(?:derive|tokio|test|cfg)"),
        (2, r"\bmatch \w[^\n]* \{|\w!\("),
    ],
    "c": [
        (4, r"^\s*#include\s*(?:<[\w/]+\.h>|\"[\w/.]+\.h\")"),
        (3, r"^#(?:define \w+|ifn?def \w+|pragma )"),
        (
            4,
            r"^(?:static |extern |inline |const |unsigned )*(?:int|void|char|size_t|struct \w+|bool|"
            r"u?int\d+_t)\s*\**\s*\w+\([^;\n]*\)\s*\{?\s*$",
        ),
        (3, r"\b(?:malloc|free|printf|memcpy|strlen|sizeof)\s*\(|\w->\w+[^\n]{0,100};\s*$|^\s*(?:struct|typedef) \w+"),
    ],
    "cpp": [
        (6, r"^\s*#include\s*<(?:iostream|vector|string|map|memory|algorithm|unordered_map|thread|mutex|chrono)>"),
        (5, r"\bstd::\w+|^using namespace \w+;|^template\s*<"),
        (
            4,
            r"^\s*(?:class|struct) \w+(?: final)?(?: : public \w+)? \{|^(?:public|private|protected):|"
            r"\bnullptr\b|\bvirtual \w|\w+::\w+\([^;\n]*\)(?: const)?\s*\{",
        ),
    ],
    "kotlin": [
        (4, r"^\s*(?:(?:private|override|suspend|internal|inline) )*fun (?:<[^>\n]+> )?[\w.]+\("),
        (
            3,
            r"^\s*(?:data|sealed|enum|open|object) class \w|^\s*companion object|"
            r"\bval \w+(?:: \w+\??)? = |\?\.let \{|\bwhen \(",
        ),
        (2, r"^import \S+\s*$|\bvar \w+: \w"),
    ],
    "scala": [
        (5, r"^\s*(?:case class|object|trait|sealed trait) \w+[^\n]*(?:\{|\)|extends)"),
        (4, r"^\s*(?:override |private )?def \w+(?:\[[^\]\n]+\])?(?:\([^)\n]*\))*(?:: [\w\[\], ]+)? ="),
        (2, r"\bval \w+(?:: \w+)? = |=> |\bimplicit \w|^import scala\."),
    ],
    "groovy": [
        (6, r"^\s*pipeline \{|^\s*stage\(['\"]"),
        (4, r"^\s*(?:agent any|steps \{|implementation ['\"]|apply plugin:)"),
        (3, r"^\s*def \w+ = "),
    ],
    "swift": [
        (
            4,
            r"^\s*(?:@\w+ )?(?:public |private |"
            r"override )*func \w+\([^\n]*\)(?: (?:async|throws))* (?:-> [^\n]+)?\{",
        ),
        (4, r"^import (?:Foundation|UIKit|SwiftUI)\s*$|\bguard let \w|\bif let \w+ = "),
        (2, r"\blet \w+(?:: \w+)? = |\bvar \w+: \[?\w"),
    ],
    "erlang": [
        (6, r"^-(?:module|export|include|behaviou?r|record|define)\("),
        (5, r"^=(?:ERROR|CRASH|SUPERVISOR|INFO) REPORT=|\{badmatch,|\{function_clause,|\bgen_server:(?:call|cast)"),
        (4, r"^\w+\([^)\n]*\)(?: when [^\n]+)? ->\s*$"),
        (2, r"\bok\s*=|<<\"|\bfun\(\w*\) ->"),
    ],
    "elixir": [
        (6, r"^\s*defmodule [\w.]+ do"),
        (4, r"^\s*defp? \w+[?!]?(?:\([^\n]*\))?(?: when [^\n]+)? do\b|^\*\* \(\w+(?:\.\w+)*\)"),
        (3, r"\|> \w|%\{\w+: |^\s*(?:alias|use|import) [A-Z][\w.]+|\bfn \w+ ->"),
    ],
    "haskell": [
        (5, r"^module [A-Z][\w.]* (?:\(|where)|^import qualified |^\{-# LANGUAGE"),
        (4, r"^\w+ :: (?:[\w\[\]()]+ => )?[\w\[\]() ]+(?: -> |$)"),
        (2, r"^\s+where\s*$| <- \w|\bderiving \("),
    ],
    "clojure": [(6, r"^\(ns [\w.-]+|^\(defn-? [\w!?-]+|^\(def \w"), (3, r"\(let \[|\(fn \[|\(-> |#\(")],
    "lua": [
        (5, r"^\s*local (?:function \w+\(|\w+ = (?:require|\{|ngx|redis))"),
        (4, r"\bngx\.\w+|\bredis\.call\(|\bthen\s*$(?=[\s\S]*^\s*end\b)"),
        (3, r"^\s*local \w+ = |^\s*function [\w.:]+\([^)\n]*\)\s*$(?=[\s\S]*^end\b)| \.\. "),
    ],
    "perl": [
        (5, r"^use (?:strict|warnings)\b|^package [\w:]+;$(?=[\s\S]*\bsub )"),
        (4, r"^\s*my [($@%]\w*|\$\w+ =~ |^sub \w+ \{"),
        (3, r"\bat \S+\.p[lm] line \d+"),
    ],
    "r": [(5, r"^\s*\w[\w.]* <- (?:function\(|\w+\(|c\()|^library\(\w+\)"), (3, r"%>%|\bdata\.frame\(|\bggplot\(")],
    "powershell": [
        (
            5,
            r"^\s*(?:PS [A-Z]:\\[^>\n]*> )|\b(?:Get|Set|New|Remove|Start|Stop|Restart|Test|Invoke|Write|"
            r"Import|Where|ForEach|Select)-[A-Z]\w+",
        ),
        (3, r"^\s*\$\w+ = (?:Get-|@[({]|New-)|\s-(?:eq|ne|gt|lt|like|match) |\bparam\s*\("),
        (3, r"\$_\.\w|\$env:\w|-ErrorAction\b"),
    ],
    "sql": [
        (5, r"(?i)^\s*(?:explain (?:analyze )?(?:\([^)\n]*\) )?)?select\b[\s\S]{1,2000}?\bfrom\s+[\w\".`]+"),
        (
            5,
            r"(?i)^\s*(?:insert into|delete from|alter table|create (?:unique )?(?:table|index|view|"
            r"or replace|materialized|extension|database)|drop (?:table|index)|truncate|grant|vacuum)\b",
        ),
        (5, r"(?i)^\s*update\s+[\w\".`]+\s+set\b|^\s*with (?:recursive )?\w+ as \("),
        (2, r"(?i)\b(?:where|group by|order by|left join|inner join|having)\b[^\n]*"),
        (5, r"(?i)\b(?:Seq Scan|Index Scan|Nested Loop|Hash Join)\b[^\n]*\(cost="),
        (3, r"(?im)^\s*(?:begin|commit|rollback);\s*$"),
    ],
    "promql": [
        (
            5,
            r"\b(?:rate|irate|increase|delta|histogram_quantile|absent|predict_linear|avg_over_time|"
            r"max_over_time|sum_over_time)\s*\([^\n]*",
        ),
        (4, r"\b(?:sum|avg|max|min|count|topk|quantile)\s*(?:by|without)?\s*\([^)\n]*\)?[^\n]*\{[^}\n]*=~?\""),
        (4, r"^\w+\{\w+(?:=|=~|!=|!~)\"[^\"\n]*\"[^}\n]*\}"),
        (3, r"\[\d+[smhd](?::\d*[smhd]?)?\]"),
    ],
    "yaml": [
        (6, r"^apiVersion: \S+|^kind: [A-Z]\w+\s*$"),
        (3, r"^---\s*$\n\s*[\w#-]"),
        (3, r"^[\w.-]+:\s*$\n(?:\s*#[^\n]*\n)*(?:  +| *- )[\w\"'-]"),
        (2, r"^\s*- [\w.-]+: \S"),
        (1, r"^[\w.-]+: [^\n{};]+$(?=\n[\w.-]+:)"),
    ],
    "toml": [
        (4, r"^\[\[?[\w.\"-]+\]\]?\s*$\n(?:#[^\n]*\n)*\s*[\w.-]+ = (?:\"|\[|\d|true|false)"),
        (2, r"^[\w.-]+ = (?:\"[^\"\n]*\"|\[[^\n]*\]|true|false)\s*$"),
        (2, r"^\w[\w-]* = \{ "),
    ],
    "ini": [
        (4, r"^\[[\w .:/@-]+\]\s*$\n(?:[#;][^\n]*\n)*\s*[\w.-]+ ?= ?[^\"\[\s]"),
        (4, r"^\[(?:Unit|Service|Install)\]\s*$"),
        (3, r"^[A-Z][A-Z0-9_]{2,}=[^\n]*\n(?:#[^\n]*\n)*[A-Z][A-Z0-9_]{2,}="),
        (3, r"^[a-z][\w-]*(?:\.[\w-]+)+\s?=\s?\S[^\n]*\n(?:#[^\n]*\n)*[a-z][\w-]*(?:\.[\w-]+)+\s?="),
    ],
    "xml": [
        (6, r"\A\s*<\?xml\b"),
        (4, r"^\s*<(?:project|beans|configuration|dependency|appender|soap\w*:\w+|plist|manifest|rss|feed)\b"),
        (3, r"\A\s*<([A-Za-z][\w:.-]*)[^<>\n]*>[\s\S]*</\1>\s*\Z"),
    ],
    "html": [
        (8, r"(?i)\A\s*<!doctype html|^\s*<html\b"),
        (4, r"(?i)<(?:div|span|body|head|script|form|table|section|button|ul)\b[^<>\n]*>"),
        (2, r"(?i)</(?:div|span|p|a|form|body)>"),
    ],
    "css": [
        (4, r"^\s*[.#]?[a-zA-Z][^;={}\n]{0,80}\{\s*$\n\s*[a-z-]+:\s*[^;\n{}]+;"),
        (3, r"^@(?:media|import|layer|keyframes|font-face)\b"),
        (2, r"\b(?:color|margin|padding|display|font-size|background):\s*[^;\n]+;"),
    ],
    "nginx": [
        (5, r"^\s*(?:location (?:[=~^*]+ )?\S+|upstream \S+|server|http|events) \{"),
        (
            4,
            r"^\s*(?:proxy_pass|listen|server_name|fastcgi_pass|proxy_set_header|worker_processes|"
            r"proxy_read_timeout|limit_req)\s[^\n]*;",
        ),
    ],
    "apacheconf": [
        (6, r"^\s*<(?:VirtualHost|Directory|Location|IfModule|FilesMatch|Proxy)\b"),
        (4, r"^\s*(?:RewriteRule|RewriteCond|ProxyPass|DocumentRoot|ServerName|LoadModule|ErrorLog|SetEnvIf)\s"),
    ],
    "docker": [
        (4, r"^FROM [\w./:@${}-]+(?: AS \w+)?\s*$"),
        (3, r"^(?:RUN|COPY|ADD|ENTRYPOINT|CMD|WORKDIR|EXPOSE|ENV|ARG|USER|HEALTHCHECK) \S"),
    ],
    "hcl": [
        (
            6,
            r"^\s*(?:resource|data|module|variable|provider|output|terraform|locals|job|"
            r"backend)(?: \"[\w./-]+\"){0,2} \{",
        ),
        (2, r"^\s*\w+\s+= (?:\"|var\.|\[|local\.)"),
    ],
    "make": [
        (4, r"^\.PHONY:|^[\w./%$()-]+:(?: [\w./%$() -]*)?\n\t\S"),
        (3, r"\$\((?:shell|wildcard|MAKE|CC|CFLAGS|[A-Z_]+)\b|^[A-Z_]+ [:?+]?= "),
        (2, r"^make(?:\[\d+\])?: \*\*\* "),
    ],
    "http": [
        (6, r"\A(?:GET|POST|PUT|PATCH|DELETE|HEAD|OPTIONS) \S+ HTTP/\d"),
        (6, r"\AHTTP/\d(?:\.\d)? \d{3}"),
        (6, r"^[<>] (?:HTTP/\d|(?:GET|POST|PUT|DELETE) /)"),
        (2, r"(?i)^(?:host|content-type|user-agent|content-length|authorization|cache-control): "),
    ],
    "protobuf": [
        (7, r"^syntax = \"proto[23]\";"),
        (4, r"^\s*(?:message|service|enum) \w+ \{"),
        (4, r"^\s*(?:repeated |optional |required )?[\w.]+ \w+ = \d+(?: \[[^\]\n]+\])?;|^\s*rpc \w+\s?\("),
    ],
    "graphql": [
        (5, r"^\s*(?:query|mutation|subscription|fragment)\b[^\n{]*\{"),
        (
            5,
            r"^\s*(?:type|input|interface|enum|"
            r"extend type) \w+(?: implements \w+)?(?: @\w+[^\n]*)? \{\s*$\n(?:\s*(?:#|"
            r"\"\"\")[^\n]*\n)*\s+\w+(?:\([^)\n]*\))?: ",
        ),
        (2, r": \[?\w+!?\]?!"),
    ],
    "bash": [
        (4, r"^\s*(?:if \[\[? |for \w+ in |while (?:read|true|\[)|case \"?\$)[^\n]*"),
        (3, r"^\s*(?:fi|done|esac)\s*$|^set -[euxo]|\$\{?\w+\}?[^\n]*\| *\w+|\$\([a-z]"),
        (
            3,
            r"^\s*(?:sudo |export \w+=|echo |curl |kubectl |docker |systemctl |journalctl |aws |gcloud |"
            r"helm |ssh |psql |redis-cli |grep |apt(?:-get)? |git |tail |awk |sed )\S?",
        ),
        (2, r" \\\n\s+-|&& \w| \|\| \w|2>&1"),
    ],
    "markdown": [
        (3, r"^#{1,4} [A-Z][^\n]*$(?=[\s\S]*^(?:#{1,4} \w|[-*] |```))"),
        (3, r"^```\w*\s*$"),
        (2, r"\[[^\]\n]+\]\(https?://|^\* \*\*|\*\*\w[^*\n]*\*\*"),
        (1, r"^[-*] \[?[ x\w]"),
    ],
}

RULES = [
    (language, weight, re.compile(pattern, re.MULTILINE))
    for language, rules in {**OUTPUT, **_SOURCES}.items()
    for weight, pattern in rules
]

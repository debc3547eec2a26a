"""Tell-tale lines of code that was cut out of the middle of a file: language, weight, pattern. Each match counts."""

import re

_SOURCES: dict[str, list[tuple[float, str]]] = {
    "json": [
        (1.2, r"^\s*\"[^\"\n]{1,60}\": *(?:[\"\d{\[-]|true|false|null)"),
        (1, r"^\s*[}\]],?$\n\s*[}\]{\"]"),
    ],
    "yaml": [
        (1.2, r"^\s*- [\w.\"-]+:(?: \S|$)"),
        (0.9, r"^ *[\w./$-]+:(?: [^\s{;(][^;{]*)?$"),
        (2, r"^\s*[\w-]+: [|>]-?$|\$ref: |^\s+- \|$"),
    ],
    "ini": [
        (1.1, r"^[A-Z][A-Za-z]+=\S"),
        (2.5, r"^\[[A-Z][\w ]*\]$"),
        (1, r"^[a-z][\w.-]*\s?=\s?[^\s\"'\[{(]+$"),
        (3, r"^\[[\w-]+:[\w-]+\]$"),
    ],
    "toml": [
        (2, r"^[\w-]+ = \{ ?\w+ = |^[\w-]+\.workspace = true|^\[\[?[\w-]+(?:\.[\w\"-]+)+\]\]?$"),
        (1, r"^[\w-]+ = (?:\"|\[$)"),
    ],
    "sql": [
        (
            3,
            r"(?i)^\s*create (?:or replace )?(?:function|aggregate|operator|type|cast|trigger|schema|role|"
            r"policy|domain)\b",
        ),
        (3, r"(?i)^\s*alter (?:\w+ )?(?:operator|function|extension|type|table|database|index|schema|view|default)\b"),
        (2, r"^\\(?:echo|copy|set|i|c) |(?i:^\s*(?:language|returns|parallel (?:safe|restricted)|immutable|revoke)\b)"),
        (1.5, r"(?i)^\s*(?:out|in|inout) \w+ \w+,?$|\bas 'MODULE_PATHNAME'|\$\$;?$"),
        (1.5, r"(?i)^\s*(?:declare|if .* then|end if;|end loop;|perform|raise notice|select|from|where|join|values)\b"),
    ],
    "perl": [
        (3, r"^\s*(?:my|our|local) [($@%*]"),
        (2.5, r"^\s*sub \w+|\$self->|@_\b|\bqw[(/ ]|\$\w+\{\w+\}|->\{|\bshift;|=~ |\bunless\b|\belsif\b|^1;$"),
        (
            4,
            r"^=(?:head\d|over|item|back|cut|pod|encoding|for|begin)\b|^__END__$|^use (?:parent|base|vars|"
            r"constant|lib)\b",
        ),
        (1.5, r"[A-Z]<[^>\n]+>|\$\w+::\w|^\s*use [A-Z]\w+(?:::\w+)*"),
    ],
    "c": [
        (
            1.3,
            r"^\t[A-Z][A-Z0-9_]+,|^\s*__(?:u|s|le|be)\d+\s+\w+;|^\s*(?:unsigned |const )?(?:int|char|long|"
            r"void) \*?\w+[;,(]",
        ),
        (
            2,
            r"^(?:extern|static inline|typedef|struct|union|enum)\b|__attribute__|__THROW|__nonnull|"
            r"^# ?(?:ifn?def|endif|define|undef|if)\b",
        ),
        (1.5, r"\bstruct \w+ \*|\bNULL\b|->\w+|\bsizeof\b"),
    ],
    "cpp": [
        (
            3,
            r"^\s*template\s*<|\btypename\b|\bconstexpr\b|\bnoexcept\b|\boperator\s?[^\w\s]+\s?\(|"
            r"^\s*friend |\bnamespace\b",
        ),
        (2.5, r"\b\w+::\w+|\bconst \w[\w<>:]*&|^\s*(?:public|private|protected):|\bdelete\b|\bvirtual\b|_GLIBCXX"),
        (3, r"^#include <\w+(?:/\w+)*>|__cplusplus"),
        (1, r"\bcout\b|\bclass \w+"),
    ],
    "java": [
        (
            2,
            r"^\s*(?:public|private|protected) (?:static |final |abstract |synchronized )*(?:boolean|int|"
            r"long|void|[A-Z]\w*)(?:<[^>\n]*>|\[\])* \w+",
        ),
        (2, r"\bSystem\.\w+|\bthrows [A-Z]|\bString\b|\bboolean\b|\bfinal \w|\bimplements\b|\bextends [A-Z]|@[A-Z]\w+"),
        (3, r"^\s*(?:exports|opens|uses|provides|requires) [a-z]+(?:\.\w+)+|\binstanceof\b|^import [a-z]+(?:\.\w+)+;"),
    ],
    "csharp": [
        (
            3,
            r"\b[gs]et \{|^\s*[gs]et$|\bget; |\bforeach \(|#region|#endregion|\busing \w+ ?=|"
            r"\bpublic override\b|\bsealed\b",
        ),
        (4, r"^\s*using [A-Z][\w.]*;"),
        (2.2, r"\bstring\b|\bbool\b|\bdecimal\b|\breadonly\b|\binternal\b|\bout \w|\bpartial class|\bvar \w+ = new\b"),
        (1.5, r"^\s*(?:public|private|protected|internal)\s[^\n]*$(?=\n\s*\{)"),
    ],
    "go": [
        (4, r"^type \w+ (?:struct|interface|func|\[)|^func \w*[\[(]|\bmap\[\w|\[\]\w+\{|\bmake\(|\bgo func"),
        (2, r"\w+ := |\bnil\b|\brange \w|\*\w+\) "),
    ],
    "rust": [
        (
            2.5,
            r"\b(?:Vec|Option|Result|Box|Arc|Rc|String)<|: &(?:'\w+ )?(?:mut )?\w|\b[ui](?:8|16|32|64|"
            r"size)\b|::<|&'\w|&mut |\bimpl\b",
        ),
        (3, r"^\s*(?:pub )?(?:fn|struct|enum|mod|trait|use|let mut|unsafe)\b|#!?\[\w+|\bmacro_rules!|\w+!\(|=> \{?$"),
        (1, r"^\s*///|\bself\b|\bmatch \w|\bSome\("),
    ],
    "kotlin": [
        (6, r"^\s*(?:\w+ )*fun [\w<>. ]+\("),
        (
            2.5,
            r"\bva[lr] \w+ ?: ?[A-Z]\w*[,)?]?$|\b(?:val|var) \w+ ?: ?[A-Z]|\?\.|!!|\bwhen \(|"
            r"\bobject [A-Z]\w* \{|\bdata class",
        ),
    ],
    "scala": [
        (
            2.5,
            r"^\s*(?:(?:override|implicit|private|protected|final|lazy|sealed|abstract) )*(?:def|val|trait|"
            r"object|case class) \w[^{\n]*=",
        ),
        (
            2,
            r"\bcase \w[^\n]* =>|\bwith [A-Z]\w+|\[[A-Z]\w*(?:, ?[A-Z]\w*)*\]|\bextends [A-Z]|: (?:Unit|Int|"
            r"String|Boolean)\b|\bmatch \{",
        ),
    ],
    "groovy": [(3, r"^\s*def \w+\([^)\n]*\) \{|\binstanceof\b|\"\$\w+ |\bassert \w|\.each \{|\bdef \w+ ?=")],
    "swift": [
        (
            2.5,
            r"\bfunc \w+[(<]|\blet \w+(?:: \w+)? ?=|\bguard \w|\bvar \w+: ?\w|\bnil\b|\binit\(|"
            r"\boverride func|\b\w+: \w+\) ->",
        ),
    ],
    "haskell": [
        (
            4,
            r"^import +(?:qualified +)?[A-Z][\w.]* *(?:\(|as\b|hiding\b)|^\s*(?:instance|newtype|deriving|"
            r"class) [A-Z(]|^[a-z_][\w']* *:: *[A-Za-z(\[]|\) where$",
        ),
        (1.5, r"<-|\s\$\s|\s->\s|^\s+where$|^\s*\| |\bdata [A-Z]\w* ="),
    ],
    "elixir": [(2, r"^\s*(?:def|defp|defmodule|alias|use|@\w+)\b[^\n]*(?:do|,)$|\|> |%\{|:ok\b|\bfn \w")],
    "erlang": [(2.5, r"\) ->$|\bend[.,;]$|^\w+\([^)\n]*\) ->|^%%? |\b[A-Z]\w* = \w+:\w+\(|<<[^>\n]*>>|\[\w+\|\w+\]")],
    "clojure": [(2, r"^\s*\([a-z][\w*+!?/<>=-]* |\B:[a-z][\w-]+|\(def\w* |\(let \[|^;;")],
    "ruby": [
        (
            2.5,
            r"\bdo(?: \|[^|\n]+\|)?$|^\s*end$|\bputs\b|\b(?:attr_\w+|require|include|module|elsif|unless)\b|"
            r"=> |:\w+ =>|@\w+|\.\w+[?!](?:\s|$|\()",
        ),
        (2, r"\{ ?(?::\w+ =>|\w+: ['\"])|%[qQwWr][\W_]|^\s*def [\w.]+[?!]?(?:\(|\s|$)|#\{\w"),
    ],
    "php": [
        (
            2.2,
            r"^\s*\$\w+ (?:\.=|=|\[)|\$this->|\bfunction \w+\([^)\n]*\$|\barray\(|\becho\b|=> ?['\"$]|"
            r"::\w+\(|\$_(?:GET|POST|SERVER)",
        ),
    ],
    "lua": [
        (2.5, r"\bthen$|^\s*end[,)]?$|\blocal \w|~=|\.\.|\bfunction\s*[\w.:]*\(|\bnil\b|\belseif\b|^\s*--"),
        (2, r"\bpairs\(|\brequire ?[\"(]"),
    ],
    "python": [
        (
            2,
            r"^\s*(?:def|class|elif|except|with|async def|raise|yield|from|import|return|assert|for|if|while|"
            r"try|else)\b[^{};]*$(?<!then)(?<!do)",
        ),
        (
            2,
            r"\bself\.|\bNone\b|\bTrue\b|\bFalse\b|__\w+__|\bisinstance\(|\bnot in\b|^\s*@\w|\"\"\"|\blen\(|"
            r"\bf\"|\*\*\w",
        ),
    ],
    "javascript": [
        (
            2,
            r"\b(?:const|let|var) \w|===|!==|=> ?[{(]|\bfunction\b ?\w*\(|\brequire\(|\bthis\.|\bexports\b|"
            r"\bundefined\b|\btypeof\b|\}\)[;,]?$",
        ),
        (1.5, r"\bnull\b|\.prototype\b|\bnew Promise|\bJSON\.|`[^`\n]*\$\{|\bdocument\.|\bwindow\.|^'use strict'"),
    ],
    "typescript": [
        (
            3,
            r"\b\w+\??: (?:string|number|boolean|any|void|unknown|never)\b|\binterface \w|"
            r"\bexport (?:declare|type|interface|abstract)|\breadonly\b|<T[,>]",
        ),
        (2.5, r"^\s*declare |\bas const\b|\): \w[\w<>\[\]|]*[;{]?$|\bimplements\b|\benum \w"),
    ],
    "bash": [
        (
            2,
            r"\bthen$|^\s*(?:fi|done|esac|;;)\b|\$\{?\w+[}\"/ ]|\[\[? |\"\$@\"|\$\(|;;$|\blocal \w+=?|"
            r"\becho\b|^\s*\w+\(\)\s*\{?$|\|\| |&& ",
        ),
        (
            1.5,
            r"^\s*(?:case|exit|export|return \d|shift|eval|test|set -|COMPREPLY|_init_completion|"
            r"complete -F)|>&2|2>",
        ),
    ],
    "powershell": [
        (
            3,
            r"(?i)^\s*\$\w+ = |\b(?:get|set|new|write|add|import|select|where|foreach|remove)-[a-z]+\b|"
            r"\[(?:string|int|switch|bool|cmdletbinding|parameter)\b",
        ),
        (2.5, r"\$_\b|(?i:\s-(?:eq|ne|like|match|and|or|not|join|split)\b)|\$\w+:\w|@\{|\|\s*%|<#|#>"),
    ],
    "make": [
        (
            3,
            r"^\t@|\$\([A-Z_]+\)|^(?:ifeq|ifneq|ifdef|ifndef|endif|endef|define|include|export|-include)\b|"
            r"^[\w.-]+ ?[:?+]= ?",
        ),
        (
            2.5,
            r"^[\w./%-]+(?: [\w./%-]+)*:(?!=)[^=\n]*$(?=\n\t)|\$[@<^*]|\$\((?:wildcard|shell|patsubst|call|"
            r"if|foreach)",
        ),
    ],
    "html": [
        (
            1.6,
            r"(?i)</?(?:div|span|p|a|ul|li|td|tr|th|table|form|input|label|h\d|img|link|meta|script|style|"
            r"body|head|br|b|i|button|option|select|title|em)\b[^>\n]*>",
        ),
        (1.5, r"\{% \w+|\{\{ ?\w"),
    ],
    "xml": [
        (1.2, r"^\s*</?[\w:.-]+(?:\s+[\w:.-]+=[\"'][^\"'\n]*[\"'])*\s*/?>|^\s*<([\w:.-]+)[^>\n]*>[^<\n]*</\1>"),
        (3, r"\bxmlns(?::\w+)?=|<!\[CDATA|xml:lang=|<!DOCTYPE (?!html)"),
    ],
    "css": [
        (
            1.6,
            r"^\s*[a-z-]+: [^;{}\n]+;$|^[^{}\n;=()]*[.#:\w\])*] ?\{$|^\s*@(?:media|import|supports)|"
            r"\bvar\(--|^[.#][\w-]+(?:[ ,:.>][^{\n]*)?,$",
        ),
        (1, r"^\s*\}$"),
    ],
    "markdown": [
        (2.5, r"^#{1,6} \S|^```|\]\((?:https?:|#|\.)|^\[[^\]\n]+\]: |^\s*[*-] \[|\*\*[^*\n]+\*\*|^(?:===+|---+)$"),
        (1, r"^\s*[*-] [A-Z`]|`[^`\n]+`"),
    ],
    "graphql": [
        (
            4,
            r"\.\.\. ?on \w+|__typename|^\s*\.\.\.\w+$|\(\$?\w+: [^)\n]*\) \{|^(?:type|input|enum|union|"
            r"scalar|directive) ",
        ),
        (2.5, r"\A\{\s*$\n\s+\w+(?:\([^)\n]*\))?(?::\s*\w+)? ?\{?$"),
    ],
    "apacheconf": [
        (
            4,
            r"^\s*(?:BrowserMatch|Alias|ScriptAlias|Options|AllowOverride|Order|Allow|Deny|Require|LogLevel|"
            r"LogFormat|CustomLog|AddType|AddHandler|AddIcon|AddLanguage|DirectoryIndex|KeepAlive\w*|Timeout|"
            r"Listen|Server\w+|SSL\w+|Header|Include\w*|Icon\w+|Index\w+|Start\w+|Max\w+|Min\w+|"
            r"LanguagePriority)\s+\S",
        ),
    ],
    "nginx": [
        (
            4,
            r"^\s*(?:access_log|error_log|log_format|include|default_type|keepalive_timeout|sendfile|"
            r"tcp_nopush|gzip\w*|error_page|try_files|root|index|return|rewrite|fastcgi_\w+|proxy_\w+|"
            r"ssl_\w+|add_header|expires|client_\w+|worker_\w+|user)\s+[^;\n]+;?$",
        ),
        (1.5, r"\$(?:remote_addr|host|uri|http_\w+|request\w*|status|scheme)\b"),
    ],
    "console": [
        (
            4,
            r"^[\w.-]+@[\w.-]+[:~ ][^\n$#]{0,40}[$#](?: |$)|^(?:\([\w-]+\) ?)?[\w.-]*[$#] (?:ls|cd|su|cat|"
            r"grep|kubectl|git|docker|curl|sudo|make|pip|echo|export)\b",
        ),
        (4, r"^\$ \S"),
    ],
    "log": [
        (
            1.5,
            r"^\S{0,3}\d{4}-\d\d-\d\d[ T]\d\d:\d\d|^\[?(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)\w* \w{3} +\d|"
            r"^[\w-]+ +\| |^\d\d:\d\d:\d\d[.,]\d+ ",
        ),
        (
            2,
            r"^\d+:[A-Z] \d\d \w{3} \d{4} |^\[[\w ]+\]\s+\[?(?:error|warn|info|notice)|\b(?:LOG|FATAL|"
            r"WARNING|ERROR|INFO|CRITICAL|NOTICE):\s",
        ),
    ],
    "protobuf": [
        (
            3,
            r"^\s*(?:optional|required|repeated|extend|extensions|option|oneof)\s+[\w.\"(]|"
            r"\b\w+ \w+ = \d+(?: \[.*\])?;",
        ),
    ],
    "hcl": [
        (2, r"^\s*\w+ += (?:\"|\[|\{|true|false|\d|var\.|data\.|local\.|module\.)|\$\{(?:var|local|module|data)\."),
        (4, r"^\s*(?:resource|variable|provider|module|output|data) \""),
    ],
    "docker": [
        (3, r"^(?:FROM|RUN|COPY|ENTRYPOINT|CMD|WORKDIR|EXPOSE|MAINTAINER|HEALTHCHECK|VOLUME|ENV [A-Z_]+[= ]) ?\S"),
    ],
    "diff": [
        (1.5, r"^[-+](?![-+])[^\n]*$(?=\n[-+ ])"),
        (4, r"^@@ "),
    ],
    "http": [
        (
            2,
            r"(?i)^(?:host|content-\w+|user-agent|accept[\w-]*|set-cookie|cookie|server|date|connection|"
            r"authorization|x-[\w-]+|retry-after): \S",
        ),
    ],
}

FRAGMENTS = [
    (language, weight, re.compile(pattern, re.MULTILINE))
    for language, rules in _SOURCES.items()
    for weight, pattern in rules
]

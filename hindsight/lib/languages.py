"""The languages that snippets can have: key, label, file extensions, other names."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Language:
    """A language as the chooser shows it. `lexer` is Pygments' name for it, empty for text without colours."""

    key: str
    label: str
    extensions: tuple[str, ...] = ()
    aliases: tuple[str, ...] = ()
    lexer: str = ""


def _language(key: str, label: str, extensions: str = "", aliases: str = "", lexer: str | None = None) -> Language:
    return Language(key, label, tuple(extensions.split()), tuple(aliases.split()), key if lexer is None else lexer)


LANGUAGES: tuple[Language, ...] = (
    _language("text", "Plain text", "txt", "plain plaintext none txt", lexer=""),
    _language("log", "Log", "log out err", "logs logfile", lexer=""),
    _language("console", "Shell session", "", "shell-session terminal shellsession bash-session"),
    _language("bash", "Shell script", "sh bash zsh ksh", "sh shell zsh ksh"),
    _language("diff", "Diff", "diff patch", "patch udiff"),
    _language("pytb", "Python traceback", "", "traceback py3tb python-traceback"),
    _language("python", "Python", "py pyi pyw", "py python3 py3"),
    _language("sql", "SQL", "sql", "mysql postgres postgresql psql sqlite plpgsql"),
    _language("go", "Go", "go", "golang"),
    _language("java", "Java", "java", ""),
    _language("kotlin", "Kotlin", "kt kts", "kt"),
    _language("scala", "Scala", "scala sc", ""),
    _language("groovy", "Groovy", "groovy gradle", "gradle jenkinsfile"),
    _language("javascript", "JavaScript", "js mjs cjs jsx", "js node jsx mjs"),
    _language("typescript", "TypeScript", "ts tsx mts cts", "ts tsx"),
    _language("ruby", "Ruby", "rb rake gemspec", "rb"),
    _language("php", "PHP", "php phtml", "", lexer="php"),
    _language("rust", "Rust", "rs", "rs"),
    _language("c", "C", "c h", ""),
    _language("cpp", "C++", "cpp cc cxx hpp hh hxx", "c++ cc cxx"),
    _language("csharp", "C#", "cs", "cs c# dotnet"),
    _language("swift", "Swift", "swift", ""),
    _language("erlang", "Erlang", "erl hrl", "erl"),
    _language("elixir", "Elixir", "ex exs", "ex exs"),
    _language("haskell", "Haskell", "hs", "hs"),
    _language("clojure", "Clojure", "clj cljs edn", "clj"),
    _language("lua", "Lua", "lua", ""),
    _language("perl", "Perl", "pl pm", "pl"),
    _language("r", "R", "r", "rlang"),
    _language("powershell", "PowerShell", "ps1 psm1 psd1", "posh ps1 pwsh ps"),
    _language("json", "JSON", "json jsonl ndjson", "jsonl ndjson json5 jsonc"),
    _language("yaml", "YAML", "yaml yml", "yml k8s kubernetes"),
    _language("toml", "TOML", "toml", ""),
    _language(
        "ini", "INI / properties", "ini cfg conf properties env service timer socket", "cfg properties dotenv systemd"
    ),
    _language("xml", "XML", "xml xsd xsl svg pom", "svg"),
    _language("html", "HTML", "html htm xhtml", "htm"),
    _language("css", "CSS", "css", ""),
    _language("nginx", "nginx", "", "nginxconf"),
    _language("apacheconf", "Apache", "htaccess", "apache httpd"),
    _language("docker", "Dockerfile", "dockerfile", "dockerfile containerfile"),
    _language("hcl", "HCL / Terraform", "tf tfvars hcl", "terraform tf"),
    _language("make", "Makefile", "mk mak", "makefile"),
    _language("promql", "PromQL", "promql", "prometheus"),
    _language("http", "HTTP", "http", ""),
    _language("protobuf", "Protocol Buffers", "proto", "proto"),
    _language("graphql", "GraphQL", "graphql gql", "gql"),
    _language("markdown", "Markdown", "md markdown", "md"),
)

BY_KEY = {language.key: language for language in LANGUAGES}
BY_EXTENSION = {extension: language.key for language in LANGUAGES for extension in language.extensions}
_BY_NAME = {name: language.key for language in LANGUAGES for name in (language.key, *language.aliases)}
CHOICES = [(language.key, language.label) for language in LANGUAGES]


def normalise_language(name: str) -> str:
    """Return the key of the language that a fence tag, label or extension means; empty when there is none."""
    word = name.strip().lower().removeprefix("language-").removeprefix("lang-").lstrip(".")
    by_label = {language.label.lower(): language.key for language in LANGUAGES}
    return _BY_NAME.get(word) or BY_EXTENSION.get(word) or by_label.get(word) or ""

"""Setting aside what changes from one case to the next: masking a line down to what identifies it."""

import re
from functools import lru_cache

from search.signatures.paths import file_name
from search.signatures.prefixes import CLOCK, MONTH, ZONE

MASK = "*"
# Of a longer line only the beginning is looked at.
MAX_WIDTH = 2000

_ANSI = re.compile(r"\x1b\[[0-9;?]{0,20}[A-Za-z]|\x1b\][^\x07\x1b]{0,200}\x07")
_BLANKS = re.compile(r"\s+")
_CHANGES = re.compile(r"[\d/\\@'\"`*.]")

# Digits that identify are moved out of reach (into a private range) while the others are masked.
_DIGITS = "0123456789"
_SHIELDS = "".join(chr(0xE000 + digit) for digit in range(10))
_SHIELD = str.maketrans(_DIGITS, _SHIELDS)
_UNSHIELD = str.maketrans(_SHIELDS, _DIGITS)
_KEPT = re.compile(
    r"\b(?:"
    r"(?i:status(?:[ _-]?code)?|http(?:/\d(?:\.\d)?)?\"?|response(?: code)?|returned|code)[\"']?(?: ?[:=] ?| is"
    r" | )\"?[1-5]\d\d(?![\w.])"
    r"|(?i:exit(?:ed)?(?: ?code| ?status| with(?: code| status)?|ed with)?|status|errno|signal|returned|rc|code"
    r"|alert number)"
    r"[\"']?(?: ?[:=] ?| )-?\d{1,3}(?![\w.])"
    r"|[1-5]\d\d (?:GET|POST|PUT|PATCH|DELETE|HEAD|Bad|Not|Internal|Service|Gateway|Too|Forbidden|Unauthorized"
    r"|Request|Conflict|Gone|Moved|Found|OK|Payload)\b"
    r"|SQLSTATE[\[ :=(]*[0-9A-Z]{5}|(?:ERROR|error|Error)[ :]{1,2}\d{3,5}\b(?! (?:bytes|ms|of|times|rows))"
    r"|[A-Z]{2,8}-\d{2,6}|\(HY\d{3}\)|Errno -?\d{1,3}|0x(?:8007|8000|8013|c000)[0-9a-fA-F]{4}(?![\w])|5\d\d"
    r" [45]\.\d\.\d"
    r"|[A-Z]{1,4}\d{2,5}"
    r")"
    r"|\(\d{1,3}: (?=[A-Z])|HTTP/\d(?:\.\d)?\" [1-5]\d\d(?!\w)"
)

_TIME = re.compile(
    rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{{0,6}},? )?"
    rf"\d{{4}}[-/.]\d\d[-/.]\d\d(?:[T _]+(?:{CLOCK}|\d\d:\d\d){ZONE})?"
    rf"|\d{{1,2}}[-/ ]{MONTH}[-/ ]\d{{4}}(?:[: ]{CLOCK}{ZONE})?"
    rf"|{CLOCK}{ZONE}"
)
_DATE = re.compile(
    rf"(?:(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{{0,6}},? )?{MONTH} {{1,3}}\d{{1,2}},?(?: \d{{4}})?(?:"
    rf" {CLOCK}{ZONE}(?: \d{{4}})?)"
)
_GO_ARGS = re.compile(r"\((?:[\s{},?.]|0x[0-9a-f]+\??|\d+\??)+\)")
_OFFSET = re.compile(r"\s?\+0x[0-9a-fA-F]+(?:/0x[0-9a-fA-F]+)?")
_WORD = re.compile(r"[^\s\"'`<>()\[\]{},;=|*]+")
_TOKEN = re.compile(rf"\"[^\"]{{1,200}}\"|(?<!\w)'[^']{{1,200}}'(?!\w)|`[^`]{{1,200}}`|{_WORD.pattern}")
_RUN = re.compile(r"\*(?:[\s,:.\-/x+#]{0,4}\*)+")
# A quoted name may end in one digit (md5, http2); more of them are data.
_NAME_WITH_DIGIT = re.compile(r"[^\d]+\d?[^\d]*")
# A quoted text of more words is a sentence and is masked word by word.
_MAX_QUOTED_WORDS = 3

_URL = re.compile(r"([a-zA-Z][\w+.\-]{1,20}(?::[a-z]{2,12})?)://([^/?#]*)(.*)", re.DOTALL)
_UUID = re.compile(r"[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}")
_IPV4 = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}(?:[:/]\d{1,5})?(?::\d+)?")
_IPV6 = re.compile(r"(?=[0-9a-fA-F:%.]*\d)(?:[0-9a-fA-F]{0,4}:){2,8}[0-9a-fA-F.]{0,15}(?:%\w+)?")
_POINTER = re.compile(r"0[xX][0-9a-fA-F]+\??")
_AMOUNT = re.compile(
    r"[-+~#$]?(?:\d+(?:[.,_:]\d+)*"
    r"(?:ns|us|µs|μs|ms|s|secs?|m|mins?|h|hrs?|d|days?|w|[kKMGTP]?i?[bB]|[KMGT]i?|bytes?|k|%|x|v|rpm|[rq]ps|[kMG]?[hH]z|st|nd|rd|th)?){1,4}"
    r"(?:[+\-]?\d*)?"
)
_VERSION = re.compile(r"v?\d+(?:\.\d+)+(?:[-+.~]?[\w.+~-]*)?")
_SOURCE = re.compile(
    r".*\.(?:py|pyx|java|kt|scala|go|js|mjs|cjs|ts|tsx|jsx|vue|rb|erb|php|cs|vb|fs|rs|c|cc|cpp|cxx|h|hpp|m|mm|S|s|erl|ex|exs|sh|pl|lua|swift|clj)"
    r"(?::\d+)*:?(?:in)?"
)
_HOST = re.compile(
    r"(?:[a-z0-9_][a-z0-9_\-]*\.)+(?:com|net|org|io|dev|internal|intern|local|lan|corp|cluster|svc|cloud|app|example|test|invalid"
    r"|de|uk|eu|fr|us|info|localdomain|consul|aws|home|gov|edu|ai|co)(?::\d+|:?)"
)
# "redis-2.cache.prod:6379": no logger and no module is called so.
_HOST_AND_PORT = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)+(?:\.[a-z0-9_\-]+)+:\d{2,5}:?")
_NO_HOST = re.compile(
    r"(?:.*\.)?(?:k8s\.io|kubernetes\.io)|(?:java|javax|sun|socket|system|golang)\.[a-z]+", re.IGNORECASE
)
_MAIL = re.compile(r"[\w.+\-]+@[\w\-]+(?:\.[\w\-]+)+")
_PACKAGE = re.compile(r"(@?[\w./\-]+)@v?\d[\w.\-+]*")
# What Kubernetes puts behind the names of pods; their alphabet has no vowels.
_POD = re.compile(
    r"(?<=[a-z0-9])-(?:(?=[a-z]*\d)[a-z0-9]{8,10}-[a-z0-9]{5}|(?=[a-z]*\d)[bcdfghjklmnpqrstvwxz2456789]{5}"
    r"|(?=[a-f]*\d)[0-9a-f]{8,10})(?![A-Za-z0-9\-])"
)
_HOME = re.compile(r"/(?:home|Users|export/home)/[^/]+/")
# A directory that is called as a whole host, as certificates' and sites' are.
_HOST_IN_PATH = re.compile(r"(?<=/)(?:[a-z0-9\-]+\.){2,}(?:com|net|org|io|dev|internal|local|app|example|cloud)(?=/)")
_PART = re.compile(r"[A-Za-z0-9]+")
_SWITCH = re.compile(r"[a-zA-Z](?=\d)|\d(?=[a-zA-Z])")
_HEX = re.compile(r"(?=[a-fA-F]*\d)(?=\d*[a-fA-F])[0-9a-fA-F]{7,}")
_ENDS = ":.!?"
_SAFE_SUFFIX = re.compile(r"(\.so)(?:\.\d+)+")


def mask(line: str) -> str:
    """The line with everything that changes written as "*": addresses, ids, hosts, times, numbers, paths.

    What identifies stays: types, names, keys, error codes, statuses, exit codes. Never raises; linear in the line.
    """
    line = _BLANKS.sub(" ", _ANSI.sub("", line[:MAX_WIDTH]).translate(_UNSHIELD)).strip()
    if not _CHANGES.search(line):
        return line
    return _RUN.sub(MASK, _masked(line)).translate(_UNSHIELD)


def _masked(line: str) -> str:
    if any(digit in line for digit in _DIGITS):
        line = _KEPT.sub(lambda found: found.group().translate(_SHIELD), line)
        if "0x" in line or "(" in line:
            line = _OFFSET.sub("", _GO_ARGS.sub("(*)", line))
        if ":" in line or "-" in line or "/" in line:
            line = _DATE.sub(MASK, _TIME.sub(MASK, line))
    return _TOKEN.sub(lambda found: _token(found.group()), line)


def _token(text: str) -> str:
    return _quoted(text) if len(text) > 2 and text[0] in "\"'`" else _word(text)


def _quoted(text: str) -> str:
    """A quoted name stays; a quoted value in which something changes is data as a whole."""
    mark, value = text[0], text[1:-1]
    words = value.count(" ") + 1
    masked = _WORD.sub(lambda word: _word(word.group()), value)
    is_data = MASK in masked or (words == 1 and not _NAME_WITH_DIGIT.fullmatch(value))
    if words <= _MAX_QUOTED_WORDS and is_data and "/" not in value:
        return f"{mark}{MASK}{mark}"
    return f"{mark}{masked}{mark}"


@lru_cache(maxsize=20_000)
def _word(word: str) -> str:
    if word.isalpha():
        return word
    core = word.rstrip(_ENDS)
    return _core(core) + word[len(core) :] if core else word


def _core(core: str) -> str:
    if any(character in _SHIELDS for character in core):
        return core
    url = _URL.fullmatch(core)
    if url:
        return f"{url[1]}://{MASK}{_pieces(url[3])}"
    if "@" in core:
        return _with_at(core)
    if _SOURCE.fullmatch(core):
        return file_name(core.removesuffix("in")) or core
    if "/" in core or "\\" in core:
        return _path(core)
    return _plain(core)


def _with_at(core: str) -> str:
    name, _, rest = core.partition("@")
    if "://" in rest:
        return f"{name}@{_core(rest)}"
    if _MAIL.fullmatch(core):
        return MASK
    package = _PACKAGE.fullmatch(core)
    return f"{package[1]}@{MASK}" if package else _pieces(core)


def _path(core: str) -> str:
    if _IPV4.fullmatch(core):
        return MASK
    if core[0] in "/~\\" or core[1:3] in (":\\", ":/"):
        return _pieces(_HOST_IN_PATH.sub(MASK, _HOME.sub("~/", core)))
    first, slash, rest = core.partition("/")
    return _plain(first) + slash + _pieces(rest) if slash else _pieces(core)


def _plain(core: str) -> str:
    if _is_data(core):
        return MASK
    if _HOST_AND_PORT.fullmatch(core):
        return MASK
    if _HOST.fullmatch(core) and not _NO_HOST.fullmatch(core.rstrip(":")):
        return MASK
    return _pieces(_POD.sub("-" + MASK, core))


def _is_data(core: str) -> bool:
    if not any(digit in core for digit in _DIGITS):
        return False
    return any(shape.fullmatch(core) for shape in (_AMOUNT, _POINTER, _UUID, _IPV4, _VERSION, _IPV6, _HEX))


def _pieces(text: str) -> str:
    """Mask the numbers and random runs between the separators of a name or path."""
    if not any(digit in text for digit in _DIGITS):
        return text
    text = _SAFE_SUFFIX.sub(r"\1", _UUID.sub(MASK, _OFFSET.sub("", text)))
    return _PART.sub(lambda found: MASK if _is_random(found.group()) else found.group(), text)


def _is_random(part: str) -> bool:
    if part.isalpha():
        return False
    if part.isdigit() or _HEX.fullmatch(part) or _AMOUNT.fullmatch(part) or _POINTER.fullmatch(part):
        return True
    switches = len(_SWITCH.findall(part))
    return switches >= 3 and len(part) >= 8

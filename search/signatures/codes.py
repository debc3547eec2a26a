"""Codes that name a failure in any language: errno names, signals, SQL states, HTTP statuses, exit codes."""

import errno
import re

_ERRNO = frozenset(errno.errorcode.values())
_REASONS = [
    "CrashLoopBackOff",
    "ImagePullBackOff",
    "ErrImagePull",
    "OOMKilled",
    "Evicted",
    "CreateContainerConfigError",
    "CreateContainerError",
    "FailedScheduling",
    "FailedMount",
    "FailedAttachVolume",
    "NodeNotReady",
    "InvalidImageName",
    "ErrImageNeverPull",
    "RunContainerError",
    "DeadlineExceeded",
    "BackoffLimitExceeded",
    "MinimumReplicasUnavailable",
    "FailedCreatePodSandBox",
    "InsufficientInstanceCapacity",
    "ThrottlingException",
    "toomanyrequests",
]
_CAPITALS = re.compile(
    r"(?<![\w$])(?:"
    r"(?P<errno>E[A-Z0-9]{3,15})|(?P<signal>SIG[A-Z]{2,6})|(?P<ora>(?:ORA|TNS|PLS|RMAN|JBAS|WFLY|AADSTS|DB2|SQL)-?\d{3,6})"
    r"|(?P<numbered>[A-Z]{1,4}\d{4,5})|(?P<const>[A-Z][A-Z0-9]{2,30}(?:_[A-Z0-9]{2,30}){1,6})"
    rf"|(?P<reason>{'|'.join(_REASONS)})"
    r")(?![\w])"
)
_NUMBERS = re.compile(
    r"SQLSTATE[\[ :=(]{1,3}(?P<sqlstate>[0-9A-Z]{5})|\b[Ee]xit(?:ed)?(?: ?code| ?status| with(?: code| status)?"
    r"|Code|ed with)?\"?[ :=]{1,3}(?P<exit>\d{1,3})\b"
    r"|\b[Ee]rrno:? (?P<number>\d{1,3})\b|(?P<hresult>0x(?:8007|8000|8013|c000|C000)[0-9a-fA-F]{4})\b"
    r"|(?:HTTP/\d(?:\.\d)?\"? |\b(?:[Ss]tatus(?:[ _-]?[Cc]ode)?|HTTP|http)\"?[ :=]{1,3}\"?)(?P<status>[45]\d\d)\b"
    r"|\b(?P<named>[45]\d\d) (?:Bad Gateway|Service|Gateway|Internal|Too Many|Not Found|Forbidden|Unauthorized|Request)"
    r"|\bcode = (?P<grpc>[A-Z][A-Za-z]{2,20})\b|\bERROR (?P<mysql>\d{4}) \("
)
_NAMED_AS = {
    "sqlstate": "sqlstate-",
    "exit": "exit-",
    "status": "http-",
    "named": "http-",
    "grpc": "grpc-",
    "mysql": "mysql-",
    "hresult": "",
}


def codes_in(line: str) -> list[str]:
    """The codes in a line, in lower case and in one spelling: "econnrefused", "http-502", "exit-137"."""
    found = [_capital(match) for match in _CAPITALS.finditer(line)]
    if any(character.isdigit() for character in line) or "code = " in line:
        found.extend(_number(match) for match in _NUMBERS.finditer(line))
    return [code for code in found if code]


def _capital(match: re.Match[str]) -> str:
    text = match.group()
    if match["errno"] and text not in _ERRNO:
        return text.lower() if len(text) == 5 and text[1:].isdigit() else ""
    return text.lower()


def _number(match: re.Match[str]) -> str:
    kind = match.lastgroup or ""
    value = match[kind].lower()
    if kind == "number":
        return errno.errorcode.get(int(value), f"errno-{value}").lower()
    # A clean end is no failure.
    return "" if (kind, value) == ("exit", "0") else f"{_NAMED_AS[kind]}{value}"

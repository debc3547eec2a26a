"""Kernels: Linux oopses, panics and call traces; FreeBSD's KDB backtraces; illumos stacks."""

import re

from search.signatures.events import Event, FaultSeen, TraceStarts, frame
from search.signatures.model import Origin

_LINUX = re.compile(
    r"\s*(?:\[<[0-9a-f]{8,16}>\]\s*)?(\?\s+)?([A-Za-z_][\w.$]{1,120})\+0x[0-9a-f]+/0x[0-9a-f]+(?: \[([\w\-"
    r" ]{1,60})\])?(?: \[[\w ]+\])?\s*$"
)
_AT = re.compile(
    r"\s*(?:R?IP|pc|PC is at|lr|NIP)\s?:?\s?(?:[0-9a-f]{2,16}:)?\s?(?:\[<[0-9a-f]{4,16}>\]\s{0,3}){0,2}"
    r"([A-Za-z_][\w.$]{1,120})\+0x[0-9a-f]+"
)
_KDB = re.compile(r"\s*#\d{1,3} 0x[0-9a-f]{6,18} at ([A-Za-z_][\w.]{0,120})\+0x[0-9a-f]+")
_ILLUMOS = re.compile(
    r"\s*(?:[0-9a-f]{16} )?((?:\w{1,30}:)[A-Za-z_]\w{1,100})\+[0-9a-f]{1,6}(?:\(.{0,120}\))?(?: \(\))?$"
)
_FAULTS = (
    (
        re.compile(
            r".{0,40}\bBUG: (?:kernel )?(NULL pointer dereference|unable to handle .{3,80}|soft lockup|Bad"
            r" page.{0,40}|scheduling while atomic|KASAN: .{3,120}|workqueue lockup|.{3,120})"
        ),
        "BUG",
    ),
    (re.compile(r".{0,40}\bkernel BUG at (\S{3,120}?):\d+"), "kernel BUG"),
    (re.compile(r".{0,40}\bKernel panic - not syncing: (.{3,200})"), "Kernel panic"),
    (re.compile(r".{0,40}\bgeneral protection fault\b(.{0,80})"), "general protection fault"),
    (
        re.compile(
            r".{0,40}\bINFO: (task \S+ blocked for more than|rcu_\w+"
            r" .{0,30}detected.{0,30}stalls?.{0,20})"
        ),
        "INFO",
    ),
    (re.compile(r".{0,60}\b(invoked oom-killer|Out of memory: Kill(?:ed)? process)\b"), "oom-killer"),
    (re.compile(r".{0,40}\bWARNING: CPU: \d+ PID: \d+ at (\S{3,120}?):\d+"), "WARNING"),
    (re.compile(r".{0,40}\b(Oops): [0-9a-f]+ "), "Oops"),
    (re.compile(r".{0,20}\b((?:VERIFY\d?|ASSERT\d?)\(.{1,120}?\)) failed"), "VERIFY"),
    (re.compile(r".{0,40}\b(PANIC at \S{3,80}?):\d+:"), "PANIC"),
    (re.compile(r"\s*(Fatal (?:trap|double fault)[^:]{0,80})"), "Fatal trap"),
)
_WORDS = (
    "BUG",
    "anic",
    "protection fault",
    "INFO: ",
    "WARNING: CPU",
    "Oops",
    "VERIFY",
    "ASSERT",
    "oom-killer",
    "Out of memory",
    "Fatal ",
    "PANIC at",
)
_STARTS = ("Call Trace:", "Call trace:", "KDB: stack backtrace", "Backtrace:", "Stack traceback:")
_RUNTIME = re.compile(
    r"(?:dump_stack|show_stack|kdb_\w+|vpanic|panic|calltrap|trap(?:_\w+)?|amd64_syscall|fast_syscall\w*|entry_SYSCALL\w*|do_syscall_64"
    r"|ret_from_fork\w*|kthread|__warn|report_bug|handle_bug|exc_\w+|asm_exc_\w+|asm_\w+|die\w*|oops_\w+|page_fault\w*|do_page_fault|__do_page_fault"
    r"|bad_area\w*|no_context|spl_panic|spl_dumpstack|syscall\w*|system_call\w*|worker_thread|process_one_work|fork_exit|fork_trampoline|do_exit"
    r"|__die\w*|watchdog\w*|el\d+\w+|ret_fast_syscall|__schedule|schedule|schedule_timeout|db_\w+|x64_sys_call|genunix:\w+|unix:\w+)(?:\.\w+)?"
)


def read(text: str) -> Event | None:
    """A frame, a fault or the heading of a call trace."""
    if "+0x" in text:
        return _linux(text) or (_kdb(text) if " at " in text else None) or _fault(text)
    if any(start in text for start in _STARTS):
        return TraceStarts("kernel") if text.strip().startswith(_STARTS) else None
    if ":" in text and "+" in text:
        found = _ILLUMOS.match(text)
        if found:
            return _frame(found[1].replace(":", "."))
    return _fault(text)


def _linux(text: str) -> Event | None:
    found = _LINUX.match(text)
    if found:
        # A name behind "?" merely lay on the stack.
        return None if found[1] else _frame(found[2], found[3] or "")
    at = _AT.match(text)
    return _frame(at[1]) if at else None


def _kdb(text: str) -> Event | None:
    found = _KDB.match(text)
    return _frame(found[1]) if found else None


def _fault(text: str) -> Event | None:
    if not any(word in text for word in _WORDS):
        return None
    for shape, type_ in _FAULTS:
        found = shape.match(text)
        if found:
            return FaultSeen("kernel", type_, f"{type_}: {found[1].strip()}")
    return None


def _frame(function: str, module: str = "") -> Event:
    name = re.sub(r"\.(?:cold|part|isra|constprop|llvm)[\w.]*$", "", function)
    origin: Origin = "runtime" if _RUNTIME.fullmatch(name) else "project"
    return frame("kernel", name, module.partition(" ")[0], origin)

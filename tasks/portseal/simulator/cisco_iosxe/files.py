"""Files in flash: listed, shown, deleted, compared with the configuration and copied into it."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator

from portseal.simulator.cisco_iosxe.box import Box
from portseal.simulator.cisco_iosxe.configure import GRAMMARS, entry_of
from portseal.simulator.cisco_iosxe.configuring import Configuring
from portseal.simulator.config import Entry, find
from portseal.simulator.editing import understand
from portseal.simulator.grammar import Match, Misfit

FLASH = "flash:"
_SIZE, _FREE = 11353194496, 8124280832
_MISSING = "%Error opening {path} (No such file or directory)\n"


def flash_path(word: str) -> str | None:
    """`flash:/NAME` however it is spelt; None where it is no file of this switch."""
    return f"{FLASH}/{word[len(FLASH) :].lstrip('/')}" if word.startswith(FLASH) else None


def _file(box: Box, word: str) -> str | None:
    return box.files.get(flash_path(word) or "")


def _dir(box: Box, match: Match, _user: str) -> str:
    word = match.words[1] if len(match.words) > 1 else FLASH
    path = flash_path(word) or word
    names = sorted(box.files) if path == f"{FLASH}/" else [path] if path in box.files else []
    if not names and path != f"{FLASH}/":
        return _MISSING.format(path=path)
    text = f"Directory of {path}\n\n"
    for number, name in enumerate(names, start=33):
        when = box.now().strftime("%b %d %Y %H:%M:%S +00:00")
        text += f"{number:>6}  -rw-  {len(box.files[name]):>16}  {when}  {name.partition('/')[2]}\n"
    return f"{text}\n{_SIZE} bytes total ({_FREE} bytes free)\n"


def _more(box: Box, match: Match, _user: str) -> str:
    found = _file(box, match.words[1])
    return _MISSING.format(path=match.words[1]) if found is None else found


def _delete(box: Box, match: Match, _user: str) -> str:
    path = flash_path(match.words[-1]) or ""
    return (
        ""
        if box.files.pop(path, None) is not None
        else f"%Error deleting {match.words[-1]} (No such file or directory)\n"
    )


def _md5(box: Box, match: Match, _user: str) -> str:
    found = _file(box, match.words[-1])
    if found is None:
        return _MISSING.format(path=match.words[-1])
    digest = hashlib.md5(found.encode(), usedforsecurity=False).hexdigest()
    return f"....MD5 of {match.words[-1]} Done!\nverify /md5 ({match.words[-1]}) = {digest}\n"


def _copied(text: str) -> str:
    return f"{len(text)} bytes copied in 0.089 secs ({len(text) * 11} bytes/sec)\n"


def _to_file(box: Box, match: Match, _user: str) -> str:
    """The running configuration into a file. Asks about it unless `file prompt quiet` is configured; here it is."""
    path = flash_path(match.words[-1])
    if path is None:
        return f"%Error opening {match.words[-1]} (Invalid argument)\n"
    box.files[path] = box.text(shown=True)
    return _copied(box.files[path])


def _into_running(box: Box, match: Match, user: str) -> str:
    """A file line by line, as if it were typed; a line that is refused is told and the next one follows."""
    text = _file(box, match.words[1])
    if text is None:
        return _MISSING.format(path=match.words[1])
    said = ""
    config = Configuring(box, user, ask=lambda *_, **__: None, prompt=lambda: "")
    for line in text.splitlines():
        if config.left:
            break
        if line.split() and not line.lstrip().startswith("!"):
            said += config.enter(line)
    return said + _copied(text)


def _incremental(box: Box, match: Match, _user: str) -> str:
    """The lines of a file that would change the running configuration, under their sections."""
    text = _file(box, match.words[4])
    if text is None:
        return _MISSING.format(path=match.words[4])
    changes = "".join(f"{line}\n" for line in _new(box, text))
    return f"!List of Commands:\n{changes}end\n{'' if changes else '!No changes were found'}\n"


def _new(box: Box, text: str) -> Iterator[str]:
    sections: list[tuple[str, tuple[str, ...]]] = []
    told = 0
    for line in text.splitlines():
        depth = len(line) - len(line.lstrip())
        bare = line.strip()
        if not bare or bare[0] == "!" or bare in ("end", "exit"):
            continue
        del sections[depth:]
        told = min(told, len(sections))
        levels, entries = _where(box, [slot for _, slot in sections])
        found = understand(GRAMMARS, levels, bare)
        if not isinstance(found, Misfit) and found.match.rule.enters and not found.negated:
            known = find(entries, found.match.slot) is not None
            sections.append((line, found.match.slot))
            if known:
                continue
            yield from (section for section, _ in sections[told:])
            told = len(sections)
            continue
        if isinstance(found, Misfit) or _differs(box, entries, found.match, negated=found.negated):
            yield from (section for section, _ in sections[told:])
            told = len(sections)
            yield line


def _where(box: Box, path: list[tuple[str, ...]]) -> tuple[tuple[str, ...], list[Entry]]:
    """The levels and the lines of a section; of one that is not there yet, its level and no lines."""
    levels, entries = ["global"], box.running
    for slot in path:
        entry = find(entries, slot)
        level = entry.level if entry else _level(levels, slot)
        levels.append(level or "global")
        entries = entry.children if entry else []
    return tuple(levels), entries


def _level(levels: list[str], slot: tuple[str, ...]) -> str | None:
    found = understand(GRAMMARS, levels, " ".join(slot))
    return None if isinstance(found, Misfit) else found.match.rule.enters


def _differs(box: Box, entries: list[Entry], match: Match, *, negated: bool) -> bool:
    """Whether a line would change what stands in a section."""
    old = find(entries, match.words if "many" in match.rule.flags else match.slot)
    if negated:
        return old is not None and not old.negative
    new = entry_of(match, box.vault)
    return new is None or old is None or (new.words, new.secret) != (old.words, old.secret)


FILES: dict[str, Callable[[Box, Match, str], str]] = {
    "dir": _dir,
    "more": _more,
    "delete": _delete,
    "md5": _md5,
    "to_file": _to_file,
    "into_running": _into_running,
    "incremental": _incremental,
}

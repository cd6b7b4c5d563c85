"""A playbook and a site in, the terms on which each switch is changed out."""

from __future__ import annotations

from portseal.change.playbook import Action, Playbook
from portseal.change.terms import Terms
from portseal.core.errors import InputError
from portseal.core.portname import long_port
from portseal.estate import Estate


def terms_of(book: Playbook, estate: Estate) -> Terms:
    """On what terms a playbook changes each switch; what it leaves out is the site's.

    Raises:
        InputError: its timer would end before the verification, or it names a switch that there is not.
    """
    own, site = book.terms, estate.site.settings.apply
    minutes = own.timer_minutes or site.timer_minutes
    if book.action is Action.OPEN_PORT:
        minutes = book.open_for // 60
    seconds = float(site.verify_seconds if own.verify_seconds is None else own.verify_seconds)
    if seconds + 30 > minutes * 60:
        raise InputError(
            f"{book.name}: the switches undo the change after {minutes} min, but verifying may take {seconds:.0f} s; "
            "give a longer terms.timer_minutes or a shorter terms.verify_seconds"
        )
    accept = []
    for text in own.accept:
        switch, _, port = text.partition(":")
        if switch not in estate.site.site.switches:
            raise InputError(f"{book.name}: terms.accept names {switch}, which is no switch of this site")
        accept.append((switch, long_port(estate.pack(switch).ports, port)))
    return Terms(
        minutes=minutes,
        verify_seconds=seconds,
        accept=frozenset(accept),
        without_timer=own.accept_no_timer,
        second_login=own.second_login,
        ports_at_once=own.ports_at_once,
    )

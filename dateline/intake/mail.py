"""E-mails (.eml): the message, from its plain part, else its HTML part."""

from __future__ import annotations

import email
import email.policy
import email.utils
import itertools
from collections.abc import Iterator
from email.message import EmailMessage

from dateline.errors import EmptyReport, TooDemanding
from dateline.intake import web_page
from dateline.intake.draft import Draft, one_line
from dateline.intake.plain_text import decode, unwrapped
from dateline.limits import MAX_PARTS

STUB = 8
"""Of alternatives, the plain one is the message unless another is this many times as long."""
_LATIN = ("iso-8859-1", "latin-1", "latin1", "us-ascii")


def draft(content: bytes, name: str) -> Draft:
    """Return the message of an e-mail; its subject is the title. Attachments are named in the notes, not opened.

    Raises:
        TooDemanding: more than :data:`~dateline.limits.MAX_PARTS` parts.
        EmptyReport: nothing but attachments.
    """
    message = email.message_from_bytes(content, policy=email.policy.default)
    if next(itertools.islice(message.walk(), MAX_PARTS, None), None) is not None:
        msg = f"{name!r} has more than {MAX_PARTS} parts. Save the message as plain text and add that."
        raise TooDemanding(msg)
    texts = [text for part in _bodies(message) if (text := _text_of(part, name).strip())]
    if not texts:
        msg = f"{name!r} has no message, only attachments. Save these and add them."
        raise EmptyReport(msg)
    attached = [one_line(part.get_filename()) or part.get_content_type() for part in message.walk() if part.is_attachment()]
    notes = [f"Attachments were not opened: {', '.join(attached[:10])}."] if attached else []
    return Draft("\n\n".join(texts), _field(message, "subject"), _field(message, "from"), date=_day(message), notes=tuple(notes))


def _field(message: EmailMessage, name: str) -> str:
    """Return a header as one line, "" where it is so broken that the parser gives up: the message itself may still be read."""
    try:
        return one_line(message[name])
    except (ValueError, IndexError, KeyError, AttributeError, TypeError):
        return ""


def _bodies(message: EmailMessage) -> Iterator[EmailMessage]:
    """Yield the parts that are the message, in their order, with forwarded messages; of alternatives the one that says more."""
    if message.is_attachment():
        return
    kind = message.get_content_type()
    if kind == "multipart/alternative":
        choices = [part for part in message.iter_parts() if isinstance(part, EmailMessage)]
        plain = next((part for part in choices if part.get_content_type() == "text/plain"), None)
        others = [part for part in choices if part is not plain]
        # a plain part that only says "your program cannot show this" is no message
        if plain is not None and (not others or _size(plain) * STUB >= max(map(_size, others))):
            yield plain
        elif others:
            yield from _bodies(others[-1])
    elif message.is_multipart():
        for part in message.iter_parts() if kind != "message/rfc822" else message.get_payload():
            if isinstance(part, EmailMessage):
                yield from _bodies(part)
    elif kind in ("text/plain", "text/html"):
        yield message


def _size(part: EmailMessage) -> int:
    payload = part.get_payload(decode=True)
    return len(payload) if isinstance(payload, bytes) else sum(_size(one) for one in part.iter_parts() if isinstance(one, EmailMessage))


def _text_of(part: EmailMessage, name: str) -> str:
    payload = part.get_payload(decode=True)
    if not isinstance(payload, bytes) or not payload.strip():
        return ""
    if part.get_content_type() == "text/html":
        try:
            return web_page.draft(payload, name).text
        except EmptyReport:
            return ""
    return unwrapped(decode(_as_utf8(payload, part.get_content_charset()), name))


def _as_utf8(payload: bytes, charset: str | None) -> bytes:
    try:
        # as browsers do (WHATWG, Encoding): what calls itself Latin-1 is Windows-1252
        return payload.decode("cp1252" if (charset or "").lower() in _LATIN else charset or "utf-8").encode()
    except (LookupError, UnicodeDecodeError):
        return payload  # the charset is a lie: decode() guesses


def _day(message: EmailMessage) -> str:
    try:
        return email.utils.parsedate_to_datetime(str(message["date"])).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return ""

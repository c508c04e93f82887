"""E-mails (.eml): the message, from its plain part, else its HTML part."""

from __future__ import annotations

import email
import email.policy
import email.utils
import itertools
from email.message import EmailMessage

from dateline.errors import EmptyReport, TooDemanding
from dateline.intake import web_page
from dateline.intake.draft import Draft, one_line
from dateline.limits import MAX_PARTS
from dateline.reports import decode


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
    body = message.get_body(("plain", "html"))
    payload = body.get_payload(decode=True) if body else None
    if body is None or not isinstance(payload, bytes) or not payload.strip():
        msg = f"{name!r} has no message, only attachments. Save these and add them."
        raise EmptyReport(msg)
    if body.get_content_type() == "text/html":
        text = web_page.draft(payload, name).text
    else:
        text = decode(_as_utf8(payload, body.get_content_charset()), name)
    attached = [one_line(part.get_filename()) or part.get_content_type() for part in message.iter_attachments() if _is_message(part)]
    notes = [f"Attachments were not opened: {', '.join(attached[:10])}."] if attached else []
    return Draft(text, one_line(message["subject"]), one_line(message["from"]), date=_day(message), notes=tuple(notes))


def _is_message(part: object) -> bool:
    return isinstance(part, EmailMessage)


def _as_utf8(payload: bytes, charset: str | None) -> bytes:
    try:
        return payload.decode(charset or "utf-8").encode()
    except (LookupError, UnicodeDecodeError):
        return payload  # the charset is a lie: decode() guesses


def _day(message: EmailMessage) -> str:
    try:
        return email.utils.parsedate_to_datetime(str(message["date"])).date().isoformat()
    except (ValueError, TypeError, IndexError):
        return ""

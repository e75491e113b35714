# Copyright (c) 2026, the telephony.snom contributors
# GNU General Public License v3.0-or-later (see LICENSE or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

"""The answers of the classic web server, byte by byte where real ones were captured (protocol 2.6)."""

from __future__ import annotations

from .http_server import Reply

# Captured, whole.
BASIC_401 = (
    b"HTTP/1.1 401 Unauthorized\r\n"
    b'Www-Authenticate: Basic REALM="snom"\r\n'
    b"Content-Type: text/plain\r\n"
    b"Content-Length: 22\r\n"
    b"\r\n"
    b"Unauthorized request\r\n"
)
NOT_FOUND_404 = (
    b"HTTP/1.1 404 Not Found\r\n"
    b"Server: snom embedded\r\n"
    b"Cache-Control: no-cache\r\n"
    b"Cache-Control: no-store\r\n"
    b"Content-Type: text/html\r\n"
    b"Content-Length: 181\r\n"
    b"\r\n"
    b"<HTML><HEAD>\r\n"
    b"<TITLE>snom VoIP phone: Error</TITLE>\r\n"
    b"</HEAD><BODY>\r\n"
    b"<H1>File not found</H1>\r\n"
    b"<P>Please ask your system administrator to check the lcs log file.</P>\r\n"
    b"</BODY></HTML>\r\n"
)

# First header and spelling of "Ok" from a captured 200; the order of the others from the captured 404.
NO_CACHE = b"Cache-Control: no-cache\r\nCache-Control: no-store\r\n"
HEAD_200 = b"HTTP/1.1 200 Ok\r\nServer: snom embedded\r\n" + NO_CACHE
# Head as captured. The sentence of the body is invented, except that it asks for a secure connection (2.5).
HEAD_403 = b"HTTP/1.1 403 Forbidden\r\nContent-Type: text/html\r\n" + NO_CACHE + b"Server: snom embedded\r\n"
ERROR_PAGE = (
    "<HTML><HEAD>\r\n<TITLE>snom VoIP phone: Error</TITLE>\r\n</HEAD><BODY>\r\n<H1>Forbidden</H1>\r\n"
    "<P>{text}</P>\r\n</BODY></HTML>\r\n"
)


def page(body: str, content_type: str = "text/html", charset: str = "latin-1") -> Reply:
    """Answer 200. A page that names no charset is latin-1; other characters become question marks [invented]."""
    return content(body.encode(charset, "replace"), content_type)


def content(data: bytes, content_type: str) -> Reply:
    head = f"Content-Type: {content_type}\r\nContent-Length: {len(data)}\r\n\r\n".encode()
    return Reply(200, HEAD_200 + head + data)


def not_found() -> Reply:
    return Reply(404, NOT_FOUND_404)


def forbidden(text: str) -> Reply:
    data = ERROR_PAGE.format(text=text).encode()
    return Reply(403, HEAD_403 + f"Content-Length: {len(data)}\r\n\r\n".encode() + data)


def redirect(location: str, status: int = 302) -> Reply:
    """Answer a redirect. Only the status and the location are known (1.4, 2.5); the reason phrase is invented."""
    reason = "Temporary Redirect" if status == 307 else "Found"
    head = f"HTTP/1.1 {status} {reason}\r\nServer: snom embedded\r\nLocation: {location}\r\nContent-Length: 0\r\n\r\n"
    return Reply(status, head.encode("latin-1"))


def unauthorized(challenge: str | None) -> Reply:
    """Answer 401: the captured bytes, or the same with another challenge line."""
    if challenge is None:
        return Reply(401, BASIC_401)
    lines = BASIC_401.split(b"\r\n")
    lines[1] = challenge.encode()
    return Reply(401, b"\r\n".join(lines))


def nothing() -> Reply:
    """Close the connection without an answer."""
    return Reply(None, then="close")

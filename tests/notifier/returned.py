"""Mails that came back, each as one kind of server writes it; all invented. `{to}` is the address that it came back to, `{tag}` its tag."""

from collections.abc import Mapping

_ORIGINAL = """Received: from library.example.jp by relay.example.jp; Sun, 22 Nov 2026 12:00:00 +0900
From: card@library.city.kumamoto.jp
To: hana@example.jp
Subject: x
Message-ID: <{id}@library.city.kumamoto.jp>

Konnichiwa
"""

#: Read to the end: what became of the mail is said for programs, or in a form that has one meaning.
FAILED: Mapping[str, tuple[str, str]] = {
    "opensmtpd": (
        "5.1.1",
        """Return-Path: <>
Delivered-To: {to}
Subject: Delivery status notification: error
From: Mailer Daemon <MAILER-DAEMON@mx.example.jp>
To: {to}
MIME-Version: 1.0
Content-Type: multipart/mixed;boundary="111/mx.example.jp"

This is a MIME-encapsulated message.

--111/mx.example.jp
Content-Description: Notification
Content-Type: text/plain; charset=us-ascii

    Hi! Something went wrong.

--111/mx.example.jp
Content-Description: Delivery Report
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.jp

Final-Recipient: rfc822; hana@example.jp
Action: failed
Status: 5.1.1

--111/mx.example.jp
Content-Description: Message headers
Content-Type: text/rfc822-headers

"""
        + _ORIGINAL
        + "\n--111/mx.example.jp--\n",
    ),
    "a report within a mail within a mail": (
        "5.2.2",
        """Return-Path: <>
X-Original-To: {to}
From: filter@gateway.example.jp
To: postmaster@example.jp
Content-Type: multipart/mixed; boundary=outer

--outer
Content-Type: text/plain

A filter passed this on.
--outer
Content-Type: message/rfc822

From: MAILER-DAEMON@mx.example.jp
Content-Type: multipart/report; report-type=delivery-status; boundary=inner

--inner
Content-Type: message/delivery-status
Content-Transfer-Encoding: base64

UmVwb3J0aW5nLU1UQTogZG5zOyBteAoKRmluYWwtUmVjaXBpZW50OiByZmM4MjI7IGhAZXhhbXBs
ZS5qcApBY3Rpb246IGZhaWxlZApTdGF0dXM6IDUuMi4yCg==
--inner--
--outer--
""",
    ),
    "qmail": (
        "5.1.1",
        """Return-Path: <>
Delivered-To: {to}
From: MAILER-DAEMON@mx.example.jp
To: {to}
Subject: failure notice

Hi. This is the qmail-send program at mx.example.jp.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<hana@example.jp>:
Sorry, no mailbox here by that name. (#5.1.1)

--- Below this line is a copy of the message.

"""
        + _ORIGINAL,
    ),
    "a fate of its own": (
        "",
        """Return-Path: <>
To: {to}
From: MAILER-DAEMON@mx.example.jp
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Final-Recipient: rfc822; hana@example.jp
Action: expired
Status:

--b--
""",
    ),
}

#: They came back, and only a person can tell why.
UNCLEAR: Mapping[str, tuple[str, str]] = {
    "au": (
        "",
        """Return-Path: <>
To: <{to}>
From: Postmaster@ezweb.ne.jp
MIME-Version: 1.0
Content-Type: text/plain; charset=iso-2022-jp
Subject: Mail System Error - Returned Mail

<hana@ezweb.ne.jp>

Each of the following recipients was rejected by a remote mail server.
""",
    ),
    "au in Japanese, the envelope not noted": (
        "",
        """To: <{to}>
From: no-reply@x0000000.dion.ne.jp
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="==_F"
Subject: =?ISO-2022-JP?B?GyRCJWEhPCVrJSglaSE8REpDTRsoQg==?=

--==_F
Content-Type: text/plain; charset="ISO-2022-JP"

As their mailbox is full.

--==_F
Content-Type: message/rfc822

"""
        + _ORIGINAL
        + "\n--==_F--\n",
    ),
    "exchange 2003": (
        "5.1.1",
        """Return-Path: <>
From: System Administrator <postmaster@mail.example.jp>
To: {to}
Subject: Undeliverable: x
MIME-Version: 1.0
Content-Type: multipart/mixed; boundary="----_=_NextPart"

------_=_NextPart
Content-Type: text/plain; charset="iso-2022-jp"

Your message did not reach some or all of the intended recipients.

      hana@example.jp on 2026/11/22 12:00
            The e-mail account does not exist at the organization.
            <mail.example.jp #5.1.1>
------_=_NextPart
Content-Type: application/ms-tnef

eJ8+
------_=_NextPart--
""",
    ),
    "exim, which calls itself automatic": (
        "",
        """Return-path: <>
Envelope-to: {to}
Auto-Submitted: auto-replied
X-Failed-Recipients: hana@example.jp
From: Mail Delivery System <Mailer-Daemon@mx.example.jp>
To: {to}
Subject: Mail delivery failed: returning message to sender

  hana@example.jp
    Unrouteable address
""",
    ),
    "nobody knows the words": (
        "",
        """Return-Path: <>
To: {to}
From: hana@example.jp
Precedence: normal
Content-Type: text/plain; charset=x-unknown-9
Content-Transfer-Encoding: 8bit

\udcff\udcfe\udc80 Zustellung fehlgeschlagen
""",
    ),
    "a name alone": ("", "From: MAILER-DAEMON\nReturn-Path: <relay@mx.example.jp>\nTo: {to}\n\nno\n"),
    "no sender, no subject, no text": ("", "Delivered-To: {to}\n"),
    "the tagged address quoted": ("", 'Return-Path: <>\nTo: "b+{tag}"@x.example\n\nno\n'),
    "a report that reports nothing": (
        "",
        """Return-Path: <>
To: {to}
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.jp
--b--
""",
    ),
}

#: The mail is late, or has arrived.
NO_FAILURE: Mapping[str, str] = {
    "opensmtpd, late": FAILED["opensmtpd"][1].replace(
        "Action: failed\nStatus: 5.1.1", "Action: delayed\nStatus: 4.4.1"
    ),
    "late in words": """Return-Path: <>
From: Mail Delivery Subsystem <mailer-daemon@mx.example.jp>
To: {to}
Subject: Delivery Status Notification (Delay)

THIS IS A WARNING MESSAGE ONLY. YOU DO NOT NEED TO RESEND YOUR MESSAGE.
Message will be retried for 2 more day(s)
""",
    "a complaint": """Return-Path: <>
From: staff@provider.example.jp
To: {to}
Content-Type: multipart/report; report-type=feedback-report; boundary=b

--b
Content-Type: message/feedback-report

Feedback-Type: abuse
--b--
""",
    "it was read": """From: hana@example.jp
To: {to}
Content-Type: multipart/report; report-type=disposition-notification; boundary=b

--b
Content-Type: message/disposition-notification

Disposition: manual-action/MDN-sent-manually; displayed
--b--
""",
}

#: Somebody is away; the mail has arrived.
AUTO_REPLIES: Mapping[str, str] = {
    "RFC 3834": "Return-Path: <>\nFrom: hana@example.jp\nTo: {to}\nAuto-Submitted: auto-replied (vacation)\n\nI am away.\n",
    "from a person": "Return-Path: <hana@example.jp>\nFrom: hana@example.jp\nTo: {to}\nAuto-Submitted: auto-replied\n\nx\n",
    "Precedence: auto_reply": "Return-Path: <>\nFrom: hana@example.jp\nTo: {to}\nPrecedence: auto_reply\n\nAway.\n",
    "Precedence: bulk": "Return-Path: <>\nFrom: Hana <hana@example.jp>\nTo: {to}\nPrecedence: Bulk\n\nAway.\n",
    "X-Autoreply": "Return-Path: <>\nFrom: hana@example.jp\nTo: {to}\nX-Autoreply: yes\n\nAway.\n",
    "Exchange's rules": "Return-Path: <>\nFrom: hana@example.jp\nTo: {to}\nX-MS-Exchange-Inbox-Rules-Loop: hana@example.jp\n\nx\n",
    "by its subject": "Return-Path: <>\nFrom: hana@example.jp\nTo: {to}\nSubject: Out of Office: x\n\nAway.\n",
    "by its subject, in Japanese": "Return-Path: <>\nFrom: hana@example.jp\nTo: {to}\n"
    "Subject: =?utf-8?b?6Ieq5YuV5b+c562UOiDnlLPoq4s=?=\n\nx\n",
    "by its subject, in Chinese": "Return-Path: <>\nFrom: hana@example.jp\nTo: {to}\n"
    "Subject: =?utf-8?b?6Ieq5Yqo5Zue5aSNOiDnlLPor7c=?=\n\nx\n",
    "by its subject, in Korean": "Return-Path: <>\nFrom: hana@example.jp\nTo: {to}\n"
    "Subject: =?utf-8?b?67aA7J6s7KSRIOyekOuPmSDsnZHri7U6IOyLoOyyrQ==?=\n\nx\n",
}

#: Nothing that a mail server writes: a person's answer, or about no mail of ours.
OTHERS: Mapping[str, str] = {
    "a person": "Return-Path: <hana@example.jp>\nFrom: hana@example.jp\nTo: {to}\nSubject: Re: x\n\nThank you, 5.1.1\n",
    "without a tag": "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.jp\nTo: bounces@library.example.jp\n\n{id} {to}\n",
    "the tag in the text": "Return-Path: <>\nFrom: MAILER-DAEMON@mx.example.jp\nTo: b@example.jp\nSubject: {to}\n\nTo: {to}\n",
}

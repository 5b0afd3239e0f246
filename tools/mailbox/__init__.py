"""The development mailbox: an SMTP server that delivers nothing, and the mails it took, to read in a browser.

Its HTTP interface is Mailpit's (https://mailpit.axllent.org/docs/api-v1/), so that containers can use Mailpit itself.
"""

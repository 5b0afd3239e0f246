"""What a JPEG says of itself (ITU-T T.81, annex B), read from its markers in one pass, before anything is decoded."""

import re
from dataclasses import dataclass

#: Frames that are decoded: baseline, extended and progressive, coded by Huffman or arithmetically.
_FRAMES = {0xC0, 0xC1, 0xC2, 0xC9, 0xCA}
_OTHER_FRAMES = {0xC3, 0xC5, 0xC6, 0xC7, 0xCB, 0xCD, 0xCE, 0xCF}
_PROGRESSIVE = {0xC2, 0xCA}
_SCAN, _END = 0xDA, 0xD9
#: Anything but stuffing, fill bytes and the restart markers within a scan.
_MARKER = re.compile(rb"\xff([\x01-\xcf\xd8-\xfe])")
#: Segments in all; a phone writes some twenty.
_MOST_SEGMENTS = 2000
_BLOCK = 8


@dataclass(frozen=True)
class Frame:
    """One picture's frame: `sampling` has horizontal and vertical factors of each component."""

    width: int
    height: int
    progressive: bool
    #: All components in the first scan: it can be decoded line by line.
    by_lines: bool
    #: How often the whole picture is gone through.
    scans: int
    #: Whether every coefficient was begun at its last bit: what a lost rest may still have held is detail.
    complete: bool
    sampling: tuple[tuple[int, int], ...]
    #: The components' own numbers: 1, 2, 3 are Y, Cb and Cr.
    names: tuple[int, ...]

    @property
    def unit(self) -> tuple[int, int]:
        """Width and height in pixels of what is coded together (the MCU of an interleaved scan)."""
        return _BLOCK * max(h for h, _ in self.sampling), _BLOCK * max(v for _, v in self.sampling)

    @property
    def coefficients(self) -> int:
        """How many there are, filled up to whole units."""
        wide, high = self.unit
        units = -(-self.width // wide) * -(-self.height // high)
        return units * sum(h * v for h, v in self.sampling) * _BLOCK * _BLOCK

    @property
    def halves_colour(self) -> bool:
        """Usual 4:2:0: one sample of either colour for four pixels."""
        return self.names == (1, 2, 3) and self.sampling == ((2, 2), (1, 1), (1, 1))


def frame_of(image: bytes) -> Frame | None:
    """The frame of the first picture, or None where there is none that is decoded."""
    frame: tuple[int, bytes] | None = None
    scans: list[bytes] = []
    at = 2
    for _ in range(_MOST_SEGMENTS):
        found = _MARKER.search(image, at)
        if found is None or found[1][0] == _END:
            return _frame(frame, scans)
        marker, at = found[1][0], found.end()
        if marker == 0x01 or marker == 0xD8:
            continue
        length = int.from_bytes(image[at : at + 2], "big")
        if marker in _OTHER_FRAMES or (marker in _FRAMES and frame):
            return None
        if marker in _FRAMES:
            frame = marker, image[at + 2 : at + length]
        elif marker == _SCAN:
            scans.append(image[at + 2 : at + length])
        at += length
    return None


def _frame(found: tuple[int, bytes] | None, scans: list[bytes]) -> Frame | None:
    if found is None or not scans:
        return None
    marker, body = found
    parts = [body[start : start + 3] for start in range(6, len(body) - 2, 3)]
    height, width = (int.from_bytes(body[start : start + 2], "big") for start in (1, 3))
    sampling = tuple((part[1] >> 4, part[1] & 15) for part in parts)
    whole = sampling and len(parts) == body[5] and all(1 <= h <= 4 and 1 <= v <= 4 for h, v in sampling)
    if not (whole and width and height):
        return None
    progressive = marker in _PROGRESSIVE
    components = scans[0][0] if scans[0] else 0
    return Frame(
        width,
        height,
        progressive,
        by_lines=not progressive and components == len(parts),
        scans=len(scans),
        complete=not progressive or _all_begun(scans, len(parts)),
        sampling=sampling,
        names=tuple(part[0] for part in parts),
    )


def _all_begun(scans: list[bytes], components: int) -> bool:
    """Whether some scan brings the last bit of the flat part (DC) and of the detail (AC) of every component."""
    flat: set[int] = set()
    detail: set[int] = set()
    for scan in scans:
        count = scan[0] if scan else 0
        if len(scan) >= 4 + 2 * count and scan[3 + 2 * count] & 15 == 0:
            (detail if scan[1 + 2 * count] else flat).update(scan[1 : 1 + 2 * count : 2])
    return len(flat) == components and len(detail) == components

"""Antenna files: the dialects that occur, and what is refused."""

import re
from pathlib import Path

import numpy as np
import pytest

from rfopt.errors import InputError
from rfopt.radio.antennas import gain_dbi, read_pattern

REAL = Path(__file__).resolve().parents[2] / ".." / "shared" / "data" / "antennas"


def cut(values=None, angles=range(360)):
    values = [abs((a + 180) % 360 - 180) / 6 for a in angles] if values is None else values
    return "\n".join(f"{a} {v:.2f}" for a, v in zip(angles, values, strict=True))


def text(head="GAIN 15.5 dBi", horizontal=None, vertical=None):
    return f"NAME test\n{head}\nHORIZONTAL 360\n{horizontal or cut()}\nVERTICAL 360\n{vertical or cut()}\n"


def save(folder, content, name="test.msi"):
    path = folder / name
    path.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
    return path


@pytest.mark.parametrize(
    ("line", "expected"),
    [
        ("GAIN 15.5 dBi", 15.5),
        ("GAIN 15.5 dBd", 17.65),
        ("GAIN\t  15.5", 17.65),
        ("gain 15.5DBI", 15.5),
        ("GAIN -1 dBi", -1.0),
        ("GAIN 15. dBd", 17.15),
    ],
)
def test_gain_units(tmp_path, line, expected):
    assert read_pattern(save(tmp_path, text(line))).gain_dbi == pytest.approx(expected)


@pytest.mark.parametrize(
    ("head", "name", "expected"),
    [
        ("ELECTRICAL_TILT 6", "a.msi", 6.0),
        ("ELECTRICAL_TILT 6", "a_04T.msi", 6.0),
        ("ELECTRICAL_TILT 0", "a_04T.msi", 0.0),
        ("TILT ELECTRICAL", "a_04T.msi", 4.0),
        ("TILT ELECTRICAL", "a_1845_M45_04T_y1.msi", 4.0),
        ("TILT ELECTRICAL", "B800A065-18-4E.pln", 4.0),
        ("TILT ELECTRICAL 3", "a.msi", 3.0),
        ("TILT fixed", "a.txt", 0.0),
        ("TILT ELECTRICAL", "G900-65-16.5.msi", 0.0),
        ("TILT ELECTRICAL", "a_4T4R.msi", 0.0),
        ("", "a.msi", 0.0),
    ],
)
def test_electrical_tilt(tmp_path, head, name, expected):
    assert read_pattern(save(tmp_path, text(f"GAIN 15 dBi\n{head}"), name)).electrical_tilt_deg == expected


def test_tilt_in_the_name_line(tmp_path):
    content = text("GAIN 15 dBi").replace("NAME test", "NAME MAKER A_X_05T_y1")
    assert read_pattern(save(tmp_path, content)).electrical_tilt_deg == 5.0


def test_dialects_read_alike(tmp_path):
    plain = read_pattern(save(tmp_path, text()))
    closed = [*range(361)]
    dialects = {
        "windows": text().replace("\n", "\r\n"),
        "tabs and blank lines": "\n\n" + text().replace(" ", "\t") + "\n\n",
        "byte order mark": "\ufeff" + text(),
        "lower case": text().replace("HORIZONTAL", "horizontal").replace("VERTICAL", "Vertical"),
        "cut closed at 360": text(horizontal=cut(angles=closed)),
        "from -180": text(horizontal=cut(angles=range(-180, 180))),
        "degree sign in latin-1": text("GAIN 15.5 dBi\nCOMMENT 4\xb0 down").encode("latin-1"),
        "relative gain": text(vertical=cut([-abs((a + 180) % 360 - 180) / 6 for a in range(360)])),
        "half degrees": text(vertical=cut(angles=[a / 2 for a in range(720)])),
        "two degrees": text(vertical=cut(angles=range(0, 360, 2))).replace("VERTICAL 360", "VERTICAL 180"),
        "third column": text().replace("\n0 0.00\n", "\n0 0.00 0.0\n"),
    }
    for name, content in dialects.items():
        found = read_pattern(save(tmp_path, content))
        assert found.gain_dbi == 15.5, name
        assert found.horizontal_db == pytest.approx(plain.horizontal_db, abs=0.006), name
        assert found.vertical_db == pytest.approx(plain.vertical_db, abs=0.006), name


@pytest.mark.parametrize(
    ("content", "message"),
    [
        ("", r"test.msi:1: has no GAIN line"),
        (text("GAIN much"), r"test.msi:2: GAIN 'much' is not a number"),
        (text("GAIN 155 dBi"), r"test.msi:2: GAIN 155 dBi is out of range"),
        (text("GAIN 15 dBi\n12 3.0"), r"test.msi:3: '12 3.0' stands before HORIZONTAL"),
        (text().split("VERTICAL")[0], r"test.msi:1: has no VERTICAL cut"),
        (text() + "", None),
        ("\n".join(text().splitlines()[:-3]), r"test.msi:364: VERTICAL states 360 values and holds 357"),
        (
            text(horizontal=cut(angles=range(180))).replace("HORIZONTAL 360", "HORIZONTAL"),
            r":3: HORIZONTAL leaves a gap",
        ),
        (text().replace("\n7 1.17\n", "\n7 low\n", 1), r"test.msi:11: '7 low' is not an angle"),
        (text().replace("\n7 1.17\n", "\n7\n", 1), r"test.msi:11: '7' is not an angle"),
        (text().replace("\n7 1.17\n", "\n7 nan\n", 1), r"test.msi:11: angle 7 or attenuation nan dB is out of range"),
        (text().replace("\n7 1.17\n", "\n7 -9\n", 1), r"test.msi:3: HORIZONTAL mixes gains and attenuations"),
        ("GAIN 3 dBi\nHORIZONTAL\nVERTICAL\n", r"test.msi:2: HORIZONTAL holds no values"),
        (b"GAIN 3\0\n" * 4, r"NUL"),
    ],
)
def test_refusals_name_the_line(tmp_path, content, message):
    path = save(tmp_path, content)
    if message is None:
        read_pattern(path)
        return
    with pytest.raises(InputError) as caught:
        read_pattern(path)
    assert caught.value.file == str(path)
    assert re.search(message, f"test.msi:{caught.value.line}: {caught.value.message}")


def test_missing_file(tmp_path):
    with pytest.raises(InputError, match="no such file"):
        read_pattern(tmp_path / "none.msi")


@pytest.mark.skipif(not REAL.exists(), reason="the real antenna files are not on this machine")
class TestRealFiles:
    @pytest.mark.parametrize(
        ("name", "gain", "tilt", "peak", "reference"),
        [
            ("AMB4520R8v06_05T.msi", 19.10, 5.0, (32, 5), 5),
            ("AMB4520R8v06_1845_M45_04T_y1.msi", 19.02, 4.0, (32, 4), 4),
            ("AMB4520R8v06_1845_P45_04T_y1.msi", 18.61, 4.0, (31, 4), 4),
            ("B800A065-18-0E.pln", 15.75, 0.0, (0, 0), 0),
            ("B800A065-18-4E.pln", 15.75, 4.0, (1, 4), 4),
            ("LTE-L_1960MHz_P1.txt", 3.43, 0.0, (311, 20), 0),
            ("SV460-SF2SNM_0960_00T.msi", 17.15, 0.0, (0, 359), -1),
        ],
    )
    def test_what_they_hold(self, name, gain, tilt, peak, reference):
        pattern = read_pattern(REAL / name)
        assert pattern.gain_dbi == pytest.approx(gain)
        assert pattern.electrical_tilt_deg == tilt
        assert (pattern.horizontal_db.argmin(), pattern.vertical_db.argmin()) == peak
        assert pattern.reference_deg == reference

    def test_all_are_read_and_stay_below_their_peak(self):
        for path in REAL.iterdir():
            pattern = read_pattern(path)
            off, elevation = np.meshgrid(np.arange(-180, 180, 5), np.arange(-90, 91, 5))
            gain = gain_dbi(pattern, off, elevation)
            assert gain.max() <= pattern.gain_dbi
            assert gain.max() >= pattern.gain_dbi - 3.5, path.name

    def test_a_tilted_file_peaks_at_its_tilt_on_its_own_beam(self):
        pattern = read_pattern(REAL / "AMB4520R8v06_05T.msi")
        below = np.arange(0, 12)
        gain = gain_dbi(pattern, 32.0, -below.astype(float))
        assert below[gain.argmax()] == 5
        assert gain.max() == pytest.approx(pattern.gain_dbi, abs=0.05)

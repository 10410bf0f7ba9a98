"""Reading ffmpeg's playlists, writing our own."""

from __future__ import annotations

from fractions import Fraction

import pytest

from media_pipeline.rules import MediaRefused
from media_pipeline.rules.playlists import (
    Stream,
    bandwidths,
    master_playlist,
    read_codec,
    read_media_playlist,
)

MEDIA = """#EXTM3U
#EXT-X-VERSION:7
#EXT-X-TARGETDURATION:4
#EXT-X-PLAYLIST-TYPE:VOD
#EXT-X-MAP:URI="init_0.mp4"
#EXTINF:4.000000,
seg_00000.m4s
#EXTINF:1.280000,
seg_00001.m4s
#EXT-X-ENDLIST
"""
PICTURE = Stream("720p", 1280, 720, "avc1.64001f", 1_500_000, 900_000, 5280, 2)
SOUND = Stream("audio", 0, 0, "mp4a.40.2", 100_000, 96_000, 5333, 2)


def test_a_media_playlist_is_read() -> None:
    found = read_media_playlist(MEDIA)

    assert found.files == ["init_0.mp4", "seg_00000.m4s", "seg_00001.m4s"]
    assert found.duration_ms == 5280


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("#EXT-X-ENDLIST", ""),
        ("seg_00001.m4s", "../../other/seg.m4s"),
        ("seg_00001.m4s", "http://example.org/seg.m4s"),
        ('URI="init_0.mp4"', 'URI="/etc/passwd"'),
        ("#EXTINF:4.000000,\n", ""),
    ],
)
def test_a_playlist_that_is_not_complete_or_points_elsewhere_is_refused(old: str, new: str) -> None:
    with pytest.raises(MediaRefused):
        read_media_playlist(MEDIA.replace(old, new))


def test_the_peak_is_measured_over_whole_segments_only() -> None:
    found = read_media_playlist(MEDIA)

    assert bandwidths(found, [400_000, 400_000]) == (1_212_121, 1_212_121)
    assert bandwidths(found, [800_000, 10_000]) == (1_600_000, 1_227_272)


def test_a_master_playlist_of_pictures_with_shared_sound() -> None:
    small = Stream("480p", 854, 480, "avc1.64001e", 800_000, 500_000, 5280, 2)

    text = master_playlist([PICTURE, small, SOUND], Fraction(30000, 1001))

    assert text == (
        "#EXTM3U\n#EXT-X-VERSION:7\n#EXT-X-INDEPENDENT-SEGMENTS\n"
        '#EXT-X-MEDIA:TYPE=AUDIO,GROUP-ID="audio",NAME="audio",DEFAULT=YES,AUTOSELECT=YES,CHANNELS="2",'
        'URI="audio/index.m3u8"\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=1600000,AVERAGE-BANDWIDTH=996000,CODECS="avc1.64001f,mp4a.40.2",'
        'RESOLUTION=1280x720,FRAME-RATE=29.970,AUDIO="audio"\n720p/index.m3u8\n'
        '#EXT-X-STREAM-INF:BANDWIDTH=900000,AVERAGE-BANDWIDTH=596000,CODECS="avc1.64001e,mp4a.40.2",'
        'RESOLUTION=854x480,FRAME-RATE=29.970,AUDIO="audio"\n480p/index.m3u8\n'
    )


def test_a_master_playlist_of_a_silent_film_names_no_sound() -> None:
    text = master_playlist([PICTURE], Fraction(25))

    assert "AUDIO" not in text
    assert 'CODECS="avc1.64001f",RESOLUTION=1280x720,FRAME-RATE=25.000\n720p/index.m3u8' in text


def test_a_master_playlist_of_sound_alone() -> None:
    text = master_playlist([SOUND], None)

    assert text.splitlines()[3:] == [
        '#EXT-X-STREAM-INF:BANDWIDTH=100000,AVERAGE-BANDWIDTH=96000,CODECS="mp4a.40.2"',
        "audio/index.m3u8",
    ]


def test_codecs_are_read_from_init_segments() -> None:
    video = b"....avcC" + bytes([1, 0x64, 0x00, 0x1F, 0xFF])
    audio = b"....esds" + bytes.fromhex(
        "0000000003808080250001000480808017401500000000017700000177000580808005119056e500"
    )

    assert read_codec(video) == "avc1.64001f"
    assert read_codec(audio) == "mp4a.40.2"
    with pytest.raises(MediaRefused):
        read_codec(b"moov without either")

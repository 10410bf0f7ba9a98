"""Make the demonstration films from ``lectures.json``.

Maintainers run this when a text changes; it needs the Debian packages ``ffmpeg`` and ``espeak-ng``, and
Pillow:

    python -m lms.demo.films.make_films [slug ...]

For each lecture it writes ``<slug>.mp4`` (H.264 and AAC, 1280x720, 25 frames per second), ``<slug>.vtt`` and
its entry in ``durations.json``. The pictures change with the voice: each sentence belongs to one state of a
slide.
"""

from __future__ import annotations

import argparse
import array
import json
import subprocess
import tempfile
import wave
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from PIL import Image

from lms.demo.films import slides

HERE = Path(__file__).resolve().parent
LECTURES = HERE / "lectures.json"
DURATIONS = HERE / "durations.json"

FPS = 25
RATE = 22050  # espeak-ng's own sample rate
SAMPLES_PER_FRAME = RATE // FPS
FADE = 6  # frames of a cross-fade
LEAD = 15  # silent frames before the first sentence

#: The plain ``cmn`` voice reads the pinyin behind each character as English; this one reads it as pinyin.
VOICE = ("espeak-ng", "-v", "cmn-latn-pinyin", "-s", "180", "-p", "42", "-a", "160")

#: Rumble and hiss off, even loudness, a rate that keeps all of the voice, and no clipping.
SOUND_FILTERS = (
    "highpass=f=80",
    "lowpass=f=8500",
    "loudnorm=I=-20:TP=-3:LRA=7",
    "aresample=24000",
    "alimiter=limit=0.7:level=false",
)


@dataclass(frozen=True)
class Cue:
    """One sentence, the picture shown with it, and the silence after it in frames."""

    spoken: str
    picture: Image.Image
    pause: int


@dataclass(frozen=True)
class Shot:
    """A cue with its sound: when it starts and how long its picture stands, in frames."""

    cue: Cue
    sound: array.array[int]
    start: int
    frames: int


def cues(lecture: dict[str, Any]) -> list[Cue]:
    """Lay out a lecture.

    Args:
        lecture: one entry of ``lectures.json``.

    Returns:
        Its sentences in order, each with its picture.

    Raises:
        KeyError: the entry lacks a field.
    """
    title = lecture["title_zh"]
    pages = len(lecture["slides"]) + 2
    result = [Cue(lecture["greeting"], slides.title_slide(title, lecture["lecturer_zh"]), 14)]
    for page, slide in enumerate(lecture["slides"], start=2):
        points = [point["text"] for point in slide["points"]]
        sentences = [slide["spoken"], *(point["spoken"] for point in slide["points"])]
        for active, sentence in enumerate(sentences, start=-1):
            picture = slides.points_slide(title, slide["heading"], points, active, page=page, pages=pages)
            result.append(Cue(sentence, picture, 18 if active == len(points) - 1 else 9))
    closing = lecture["closing"]
    result.append(Cue(closing["spoken"], slides.closing_slide(closing["text"]), 25))
    return result


def speak(sentence: str) -> array.array[int]:
    """Say one sentence.

    Args:
        sentence: Chinese text.

    Returns:
        16-bit mono samples at ``RATE``, without the silence around the speech.

    Raises:
        subprocess.CalledProcessError: espeak-ng failed.
        FileNotFoundError: espeak-ng is not installed.
        RuntimeError: it delivered another format or no sound.
    """
    with tempfile.TemporaryDirectory() as scratch:
        path = Path(scratch) / "sentence.wav"
        subprocess.run([*VOICE, "-w", str(path), sentence], check=True, timeout=60)
        with wave.open(str(path)) as sound:
            if (sound.getframerate(), sound.getnchannels(), sound.getsampwidth()) != (RATE, 1, 2):
                raise RuntimeError("espeak-ng delivered another sound format")
            samples = array.array("h", sound.readframes(sound.getnframes()))
    loud = [index for index, sample in enumerate(samples) if abs(sample) > 120]
    if not loud:
        raise RuntimeError(f"espeak-ng said nothing for {sentence}")
    return samples[max(0, loud[0] - 400) : loud[-1] + 1200]


def plan(lecture: dict[str, Any]) -> list[Shot]:
    """Speak a lecture and fix when each picture stands; the last one fills up to a whole second.

    Args:
        lecture: one entry of ``lectures.json``.

    Returns:
        The shots, without gaps from frame 0 on.
    """
    shots: list[Shot] = []
    frame = 0
    for cue in cues(lecture):
        sound = speak(cue.spoken)
        lead = LEAD if not shots else 0
        frames = lead + -(-len(sound) // SAMPLES_PER_FRAME) + cue.pause
        shots.append(Shot(cue, sound, frame + lead, frames))
        frame += frames
    last = shots[-1]
    shots[-1] = Shot(last.cue, last.sound, last.start, last.frames + -frame % FPS)
    return shots


def pictures(shots: list[Shot]) -> Iterator[bytes]:
    """Yield every frame of a film as raw RGB; a picture fades in over the first frames of its shot."""
    before: Image.Image | None = None
    for shot in shots:
        still = shot.cue.picture.tobytes()
        for number in range(shot.frames):
            if before is not None and number < FADE:
                yield Image.blend(before, shot.cue.picture, (number + 1) / (FADE + 1)).tobytes()
            else:
                yield still
        before = shot.cue.picture


def write_sound(shots: list[Shot], path: Path) -> None:
    """Write the voice of a whole film as a WAV file, each sentence at its frame."""
    total = sum(shot.frames for shot in shots) * SAMPLES_PER_FRAME
    track = array.array("h", bytes(2 * total))
    for shot in shots:
        at = shot.start * SAMPLES_PER_FRAME
        track[at : at + len(shot.sound)] = shot.sound
    with wave.open(str(path), "wb") as sound:
        sound.setnchannels(1)
        sound.setsampwidth(2)
        sound.setframerate(RATE)
        sound.writeframes(track.tobytes())


def captions(shots: list[Shot]) -> str:
    """Return the sentences of a film as WebVTT."""

    def clock(frame: int) -> str:
        milliseconds = frame * 1000 // FPS
        return f"{milliseconds // 60000:02d}:{milliseconds // 1000 % 60:02d}.{milliseconds % 1000:03d}"

    blocks = ["WEBVTT"]
    for shot in shots:
        end = shot.start + -(-len(shot.sound) // SAMPLES_PER_FRAME)
        blocks.append(f"{clock(shot.start)} --> {clock(end)}\n{shot.cue.spoken}")
    return "\n\n".join(blocks) + "\n"


def encode(shots: list[Shot], target: Path) -> None:
    """Encode a film.

    Args:
        shots: its shots.
        target: the MP4 file to write; an existing one is replaced.

    Raises:
        RuntimeError: ffmpeg failed.
        FileNotFoundError: ffmpeg is not installed.
    """
    width, height = slides.SIZE
    with tempfile.TemporaryDirectory() as scratch:
        voice = Path(scratch) / "voice.wav"
        write_sound(shots, voice)
        command = ["ffmpeg", "-v", "error", "-y", "-f", "rawvideo", "-pix_fmt", "rgb24"]
        command += ["-s", f"{width}x{height}", "-r", str(FPS), "-i", "-", "-i", str(voice)]
        command += ["-vf", "scale=out_color_matrix=bt709:out_range=tv,format=yuv420p"]
        command += ["-colorspace", "bt709", "-color_primaries", "bt709", "-color_trc", "bt709"]
        command += ["-c:v", "libx264", "-preset", "medium", "-tune", "animation", "-crf", "33", "-g", "250"]
        command += ["-af", ",".join(SOUND_FILTERS)]
        command += ["-c:a", "aac", "-b:a", "32k", "-t", str(sum(shot.frames for shot in shots) // FPS)]
        command += ["-map_metadata", "-1", "-fflags", "+bitexact", "-movflags", "+faststart", str(target)]
        with subprocess.Popen(command, stdin=subprocess.PIPE) as process:
            if process.stdin is None:
                raise RuntimeError("ffmpeg has no standard input")
            for picture in pictures(shots):
                process.stdin.write(picture)
        if process.returncode != 0:
            raise RuntimeError(f"ffmpeg ended with {process.returncode}")


def main() -> None:
    """Command line entrance."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("slug", nargs="*", help="make these films only")
    wanted = parser.parse_args().slug
    lectures = json.loads(LECTURES.read_text(encoding="utf-8"))["films"]
    durations = json.loads(DURATIONS.read_text(encoding="utf-8")) if DURATIONS.exists() else {}
    for lecture in lectures:
        slug = lecture["slug"]
        if wanted and slug not in wanted:
            continue
        shots = plan(lecture)
        target = HERE / f"{slug}.mp4"
        encode(shots, target)
        target.with_suffix(".vtt").write_text(captions(shots), encoding="utf-8")
        durations[slug] = sum(shot.frames for shot in shots) // FPS
        print(f"{target.name}: {durations[slug]} s, {target.stat().st_size:,} bytes")
    ordered = {lecture["slug"]: durations[lecture["slug"]] for lecture in lectures if lecture["slug"] in durations}
    DURATIONS.write_text(json.dumps(ordered, indent=2) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()

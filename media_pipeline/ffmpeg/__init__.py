"""Running ffprobe and ffmpeg on files that strangers made: always in a sandbox, always with limits, never by
a shell.
"""

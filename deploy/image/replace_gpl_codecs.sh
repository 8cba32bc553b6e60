#!/bin/sh
# Replaces libx264 and libx265, which are under the GPL, in the wheel of PyAV by libraries of the same names that encode nothing.
# FFmpeg itself is built without its GPL parts in that wheel, so what remains of it is under the LGPL. Viva encodes Opus and VP8.
#
# usage: replace_gpl_codecs.sh VIRTUAL_ENVIRONMENT
set -eu
cd "$1"/lib/python3*/site-packages/av.libs
for codec in x264 x265; do
    library=$(echo "lib$codec"-*.so*)
    test -f "$library"
    # FFmpeg treats what these functions return, NULL, as an encoder that cannot be opened
    nm --dynamic --undefined-only libavcodec-*.so* | sed -n "s/^ *U \(${codec}_[a-z0-9_]*\)$/void *\1(void) { return 0; }/p" > /tmp/"$codec".c
    test -s /tmp/"$codec".c
    gcc -shared -fPIC -O1 -s -Wl,-soname,"$library" -o "$library" /tmp/"$codec".c
    rm /tmp/"$codec".c
done
"$1"/bin/python -c "import av; assert 'libopus' in av.codecs_available and 'libvpx' in av.codecs_available"

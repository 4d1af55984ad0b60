#!/bin/bash
# Runs the program of this link's name from /opt/server, under the loader and the libraries that were unpacked with it.
root=/opt/server
name=$(basename "$0")
for loader in $root/lib64/ld-linux-*.so.* $root/usr/lib64/ld-linux-*.so.*; do [ -e "$loader" ] && break; done
for program in $root/usr/sbin/$name $root/usr/bin/$name; do [ -e "$program" ] && break; done
libraries=$(printf '%s:' $root/usr/lib/*-linux-gnu $root/lib/*-linux-gnu)
exec "$loader" --library-path "${libraries%:}" "$program" "$@"

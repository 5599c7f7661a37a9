#!/bin/sh
# certificates.sh DIRECTORY: good.crt, expired.crt, and client.crt signed by good.key
set -eu
cd "$1"
request() { openssl req -new -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout "$1.key" -subj "/CN=$2" -out "$1.csr" 2>/dev/null; }
request good chat.example.org
request expired chat.example.org
request client client
touch index.txt
cat >ca.cnf <<CONF
[ca]
default_ca = this
[this]
dir = .
database = index.txt
new_certs_dir = .
rand_serial = yes
default_md = sha256
policy = any
unique_subject = no
[any]
commonName = supplied
[server]
basicConstraints = critical, CA:true
keyUsage = critical, digitalSignature, keyCertSign
subjectAltName = DNS:chat.example.org
[client]
extendedKeyUsage = clientAuth
CONF
sign() { openssl ca -batch -notext -config ca.cnf -extensions "$1" -in "$2.csr" -out "$2.crt" -startdate 20200101000000Z -enddate "$3" $4 2>/dev/null; }
sign server good 20991231000000Z "-selfsign -keyfile good.key"
sign server expired 20200201000000Z "-selfsign -keyfile expired.key"
sign client client 20991231000000Z "-cert good.crt -keyfile good.key"

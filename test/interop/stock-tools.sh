#!/usr/bin/env bash
# The asfaleia protocol, spoken with tools that people have: bash, openssl, ssh-keygen, age and coreutils.
#
#     test/interop/stock-tools.sh asfaleia://127.0.0.1:3308#SHA256:…
#
# It draws keys, proves them to the relay at that address, checks the relay's own proof, and exchanges letters with the
# program asfaleia, which must be on the PATH. It ends with 0 when everything held, else it tells what did not.
# docs/protocol.md says what each line means.
set -Eeuo pipefail
export LC_ALL=C

address=${1:?"usage: stock-tools.sh asfaleia://HOST:PORT#SHA256:FINGERPRINT"}
pin=${address#*#}
place=${address#asfaleia://}
place=${place%%#*}
host=${place%:*}
port=${place##*:}

# Seconds in which the relay must answer.
patience=20

work=$(mktemp -d)
client=
# Kept apart from the person's own keys and agent.
export ASFALEIA_HOME=$work/home ASFALEIA_RELAY=$address SSH_AUTH_SOCK=
cd "$work"

step() {
  doing=$1
  echo "- $doing"
  : >complaints
}
fail() {
  trap - ERR
  echo "stock-tools: failed: $doing: $1" >&3
  # What the tools have said since.
  sed 's/^/  /' complaints >&3
  exit 1
}
finish() {
  hang_up
  rm -rf "$work"
}
trap 'fail "line $LINENO: $BASH_COMMAND"' ERR
trap finish EXIT
# ssh-keygen and age talk on standard error even when all is well; it is shown when something is not.
exec 3>&2 2>>complaints

# ---- Connections: a line out, a line in ------------------------------------------------------------------------------

# Plain lines, as a relay serves them on its own machine.
call_plain() {
  hang_up
  exec {out}<>"/dev/tcp/$host/$port" {in}<&"$out"
}

# TLS 1.3. -CAfile lets in nobody but the holder of the relay's own certificate, which check_certificate has looked at.
call_tls() {
  hang_up
  coproc TLS {
    exec openssl s_client -quiet -tls1_3 -connect "$host:$port" \
      -CAfile relay.pem -verify_return_error -verify_quiet
  }
  client=$TLS_PID
  exec {in}<&"${TLS[0]}" {out}>&"${TLS[1]}"
}

hang_up() {
  [ -z "${out:-}" ] || exec {out}>&- {in}<&-
  out= in=
  if [ -n "$client" ]; then
    kill "$client" || true
    wait "$client" || true
    client=
  fi
}

# Sends a packet, and reads one into the array reply.
ask() {
  printf '%s\n' "$1" >&"$out"
  answer
}
answer() {
  local line
  IFS= read -r -t "$patience" line <&"$in" || fail "the relay did not answer"
  IFS=';' read -r -a reply <<<"$line"
  [ "${reply[0]}" != 102 ] || fail "the relay answered $line"
}
expect() { [ "${reply[0]}" = "$1" ] || fail "packet ${reply[0]} came instead of $1"; }

# ---- Keys and signatures ---------------------------------------------------------------------------------------------

public_key() { cut -d ' ' -f 2 "$1.pub"; }
fingerprint() { ssh-keygen -l -f "$1" | cut -d ' ' -f 2; }

# Base64 on standard input, as the armor in which ssh-keygen wants signatures.
armor() {
  echo '-----BEGIN SSH SIGNATURE-----'
  tr -d '\n' | fold -w 70
  echo
  echo '-----END SSH SIGNATURE-----'
}
# Signs standard input; the bare base64.
sign() { ssh-keygen -Y sign -n "$2" -f "$1" | grep -v -- ---- | tr -d '\n'; }

# Whether standard input was signed: by a public key line, in a namespace, with the signature in a file.
signed() {
  echo "signer $1" >signers
  ssh-keygen -Y verify -f signers -I signer -n "$2" -s "$3" >/dev/null
}

# ---- The relay proves itself -----------------------------------------------------------------------------------------

# The TLS certificate's own key is the one that the address pins: that is all that counts in it.
check_certificate() {
  openssl s_client -tls1_3 -connect "$host:$port" </dev/null | openssl x509 -out relay.pem
  # An ed25519 SubjectPublicKeyInfo ends in the 32 bytes of the key; OpenSSH's form has its own name before them.
  {
    printf '\0\0\0\013ssh-ed25519\0\0\0\040'
    openssl x509 -in relay.pem -noout -pubkey | openssl pkey -pubin -outform DER | tail -c 32
  } | base64 -w 0 | sed 's/^/ssh-ed25519 /' >certificate.pub
  [ "$(fingerprint certificate.pub)" = "$pin" ] || fail "the certificate is of another key"
}

# HELLO (9) with 32 random bytes gets RELAY (100), whose signature covers them. On a plain line nothing stands for the
# channel binding, so what is signed ends with an empty line.
check_relay() {
  local random
  random=$(openssl rand -base64 32)
  ask "9;$random"
  expect 100
  [ "${reply[1]}" = asfaleia/1 ] || fail "it does not speak asfaleia/1"
  echo "ssh-ed25519 ${reply[2]}" >relay.pub
  [ "$(fingerprint relay.pub)" = "$pin" ] || fail "RELAY names another key"
  printf '%s\n' relay@asfaleia/1 "${reply[@]:1:5}" "$random" >claim
  printf '%s' "${reply[6]}" | armor >claim.sig
  signed "$(cat relay.pub)" relay@asfaleia claim.sig <claim
  # A signature over something else would not do.
  if sed 's/asfaleia/Asfaleia/' claim | signed "$(cat relay.pub)" relay@asfaleia claim.sig; then
    fail "ssh-keygen takes any signature"
  fi
}

# ---- Proving a key ---------------------------------------------------------------------------------------------------

# AUTH (0), ANSWER (1), VERIFY (2), TOKEN (101). Leaves the token in token.
prove() {
  local handle text bound
  ask "0;$(public_key "$1");sign"
  expect 1
  handle=${reply[1]}
  text=$(base64 -d <<<"${reply[2]}")
  # Nobody else's challenge is answered: its second part is bound to this relay and this handle.
  bound=$(printf 'auth@asfaleia\n%s\n%s' "$pin" "$handle" | openssl dgst -sha256 -binary | base64 | cut -c 1-22)
  [[ $text == asfaleia:"$bound":* && ${#text} = 54 ]] || fail "this is no challenge of this relay"
  ask "2;$handle;$(printf '%s' "$text" | sign "$1" auth@asfaleia)"
  expect 101
  token=${reply[1]}
}

# ---- Mailboxes -------------------------------------------------------------------------------------------------------

# SEND (3) of a file, SENT (103).
send() {
  ask "3;$token;$(public_key "$1");$(base64 -w 0 "$2")"
  expect 103
}

# GET (4): MESSAGEs (104), then END (105) with their number. Leaves them in envelope.1, envelope.2 and so on.
get() {
  local count=0
  ask "4;$token"
  while [ "${reply[0]}" = 104 ]; do
    count=$((count + 1))
    [ "${reply[1]}" = "$(fingerprint "$1.pub")" ] || fail "a message of another mailbox"
    base64 -d <<<"${reply[3]}" >"envelope.$count"
    answer
  done
  expect 105
  [ "${reply[1]}" = "$count" ] || fail "END counts ${reply[1]}, and $count came"
  [ "$count" = "$2" ] || fail "$count messages came instead of $2"
}

# ---- Letters ---------------------------------------------------------------------------------------------------------

# A letter is header lines, an empty line, the body.
header() { sed -n "1,/^\$/s/^$1: //p" letter; }
body() { sed '1,/^$/d' letter; }

# Opens an envelope into the file letter, and checks who wrote it to whom. The signature is over everything but its own
# line.
open_letter() {
  local envelope=$1 receiver=$2 sender=$3
  age -d -i "$receiver" -o letter "$envelope"
  [ "$(head -n 1 letter)" = 'asfaleia-letter: 1' ] || fail "this is no letter"
  [ "$(header to)" = "$(fingerprint "$receiver.pub")" ] || fail "it was written to somebody else"
  [ "$(header from)" = "$(cut -d ' ' -f 1,2 "$sender.pub")" ] || fail "it names another sender"
  header signature | armor >letter.sig
  sed '1,/^$/{/^signature: /d}' letter >letter.signed
  signed "$(header from)" letter@asfaleia letter.sig <letter.signed
}

# Writes a letter, signed, and seals it into the file envelope.
write_letter() {
  local sender=$1 receiver=$2 text=$3
  printf '%s\n' 'asfaleia-letter: 1' "id: $(openssl rand -hex 16)" "date: $(date -u +%Y-%m-%dT%H:%M:%SZ)" \
    "to: $(fingerprint "$receiver.pub")" 'type: text/plain; charset=utf-8' \
    "from: $(cut -d ' ' -f 1,2 "$sender.pub")" "pad: $(printf '%0200d' 0)" >head
  printf '%s' "$text" >text
  { cat head && echo && cat text; } | sign "$sender" letter@asfaleia >letter.sig
  { cat head && echo "signature: $(cat letter.sig)" && echo && cat text; } | age -R "$receiver.pub" -o envelope
}

# What asfaleia shows of all letters that wait. Each must be there.
shown() {
  local receiver=$1
  shift
  asfaleia letters get -i "$receiver" >shown || fail "asfaleia letters get ended with $?"
  for line in "$@"; do grep -qFx -- "$line" shown || fail "this is not shown: $line"; done
}

# ---- Everything, once for each way to connect and each type of key ---------------------------------------------------

step "drawing keys"
ssh-keygen -q -t ed25519 -N '' -C '' -f alice
ssh-keygen -q -t ed25519 -N '' -C '' -f bob-ed25519
ssh-keygen -q -t rsa -b 3072 -N '' -C '' -f bob-rsa
head -c 3000 /dev/urandom >cat.png

step "the relay's certificate is of the key that the address pins"
check_certificate

for bob in bob-ed25519 bob-rsa; do
  for call in call_plain call_tls; do
    with="$bob, ${call#call_}"

    step "$with: the relay proves its key"
    $call
    if [ $call = call_plain ]; then check_relay; fi

    step "$with: ssh-keygen -Y sign proves a key"
    prove $bob
    get $bob 0

    step "$with: age and ssh-keygen read and check letters that asfaleia has sent"
    asfaleia send --letter -i alice $bob.pub 'Hello Bob' --file cat.png >sent
    get $bob 2
    open_letter envelope.1 $bob alice
    [ "$(body)" = 'Hello Bob' ] || fail "the text has changed"
    open_letter envelope.2 $bob alice
    [ "$(header name)" = cat.png ] || fail "the file has lost its name"
    body | cmp - cat.png
    get $bob 0

    step "$with: asfaleia shows letters that age has made"
    prove alice
    echo 'Hello from age' | age -R $bob.pub -o envelope
    send $bob envelope
    write_letter alice $bob 'Signed by hand'
    send $bob envelope
    hang_up
    shown $bob '  Hello from age' 'letter from nobody: an anonymous text' '  Signed by hand' \
      "letter from $(fingerprint alice.pub) (proven: signed with this key)"

    step "$with: a letter that was altered proves nothing, and asfaleia says so"
    $call
    prove alice
    write_letter alice $bob 'Pay Bob 10'
    age -d -i $bob envelope | sed 's/Pay Bob 10/Pay Bob 99/' | age -R $bob.pub -o altered
    send $bob altered
    shown $bob 'letter that cannot be opened: its signature is false.'
  done
done

step "all is well"

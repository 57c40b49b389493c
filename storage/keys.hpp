// Every key of the store, spelled here and nowhere else. Numbers are big-endian; times have the sign bit flipped; so
// byte order is number order. Identifier texts in keys are canonical (folded) forms. Values: see docs/formats.md.
//
// clang-format off
//  space   key bytes                                        value
//  record  'R' prefix 0x00 suffix                           RecordProto: newest version (storage/record_table)
//  record  'H' prefix 0x00 suffix 0x00 ~version(be64)       RecordProto: every version, newest first
//  record  'P' prefix                                       PrefixProto (storage/registry_table)
//  record  'E' enterprise id                                EnterpriseProto
//  record  'A' principal id                                 PrincipalProto
//  record  'K' key id                                       CredentialProto
//  record  'F' prefix 0x00 name 0x00 version(be32)          CodingProfileProto ("*" = node-wide)
//  record  'G' key 0x00 ~version(be64)                      versions of 'P' and 'K' rows, credentials without their MAC
//  index   'c' prefix 0x00 profile 0x00 scope               CounterProto: next number
//  index   'q' prefix 0x00 day                              QuotaProto: codes of that day
//  index   'a' enterprise 0x00 principal id                 empty
//  graph   'l' lot(be64)                                    LotProto (storage/graph_table)
//  graph   'e' seq(be64)                                    LinkProto: inputs and outputs with quantities
//  graph   'c' campaign(be64)                               CampaignProto
//  row     's' lot(be64) time(i64) seq(be64) phase(u8)      RowProto: spilled account row of a lot
//  row     'r' campaign(be64) time(i64) seq(be64) phase(u8) RowProto: account row of a campaign
//  event   'v' seq(be64)                                    event bytes exactly as captured
//  event   'f' seq(be64)                                    EventFactsProto: id, digests, context, reporter, record time
//  index   'n' lot key                                      lot number(be64)
//  index   'm' transformationID key                         campaign number(be64)
//  index   'i' SHA-256(event id)[16] kind(u8) [declared time(i64)]   seq(be64)
//  index   'd' content digest(32)                           seq(be64)
//  index   'x' seq(be64) declaration seq(be64)              empty: declarations of an event
//  index   'z' SHA-256(event id)[16]                        seqs(be64 each): declarations that wait for their event
//  index   't' record time(i64)                             seq(be64): last event of that commit
//  index   'b' container lot(be64) time(i64) lot(be64) seq  ContentProto: packed or unpacked
//  index   'w' content lot(be64) time(i64) container(be64) seq  empty: which container, when
//  index   'u' lot(be64) seq(be64)                          empty: events that name a lot
//  index   'y' enterprise 0x00 seq(be64)                    empty: events by enterprise
//  meta    "commit"                                         CommitProto: store id, epoch, seq, tree size, root, time
//  meta    "format"                                         FormatProto
//  meta    "log"                                            LogHeadProto: origin, epoch
//  meta    "audit"                                          AuditHeadProto: seq and chain value
//  meta    "settings"                                       SettingsProto: what is fixed at first start
//  meta    "chain/" seq(be64)                               ChainProto: tree size, time
//  meta    "count/" name                                    be64: lots, campaigns, events
//  meta    "idem/" owner 0x00 SHA-256(...)                  IdempotencyProto
//  meta    "part/" owner 0x00 SHA-256(...)                  IdempotencyProto: a request of many steps, half done
//  meta    "idemtime/" time(i64) idem key                   empty: for the hourly sweep
//  log     "entry/" index(be64)                             44-byte entry, 16-byte salt
//  log     "ref/" index(be64)                               RefProto: kind, owner, subject, space, key
//  log     "own/" owner 0x00 index(be64)                    empty
//  log     "node/" level(u8) n(be64)                        32-byte hash of a full tile
//  log     "change/" seq(be64)                              ChangeProto: the ordered log
//  log     "audit/" seq(be64)                               JSON line, then 32-byte chain value
//  log     "statement/" name                                JSON: payloads of class 3, 4 and 5 leaves the node itself makes
// clang-format on
//
// Encoders with their decoders stand beside their tables: storage/log_keys.hpp and the *_table.hpp of each kind of row.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "base/encoding.hpp"
#include "storage/engine.hpp"

namespace ingot::storage {

// The first key after every key that begins with `prefix`; empty if there is none.
std::string prefix_end(std::string_view prefix);

// A range over every key that begins with `prefix`.
Range prefix_range(Space space, std::string prefix);

// `prefix` and a number behind it; and the number under a key of any space, nothing when there is none.
std::string numbered(Bytes prefix, uint64_t number);
Result<std::optional<uint64_t>> find_number(View const& view, Space space, std::string const& key);

}  // namespace ingot::storage

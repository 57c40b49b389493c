// The RocksDB settings of spec/durability.md 3, and the self-check that refuses to run without them.
// RocksDB types: included by storage/*.cpp and the tests of the self-check only.
#pragma once

#include <rocksdb/options.h>

#include <optional>
#include <string>

#include "storage/event_sink.hpp"
#include "storage/rocks_store.hpp"

namespace ingot::storage {

rocksdb::Options make_options(RocksSettings const& settings, rocksdb::Env* env);
rocksdb::WriteOptions make_write_options();

// Compares rows 1 to 12 of section 3; the name of the first option that differs, nothing if all are right. The recovery
// mode and `create_if_missing` are judged against what `mode` asks for.
std::optional<std::string> first_wrong_option(rocksdb::Options const& options, rocksdb::WriteOptions const& write,
                                              OpenMode mode);

}  // namespace ingot::storage

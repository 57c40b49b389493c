// The file system the store works on. Included by storage/*.cpp and by tests that inject their own; everyone else sees
// the forward declaration in rocks_engine.hpp. This header and rocks_options.hpp are the only ones with RocksDB types.
#pragma once

#include <rocksdb/env.h>
#include <rocksdb/file_system.h>
#include <rocksdb/options.h>

#include <functional>
#include <memory>

namespace ingot::storage {

struct FileLayer {
    std::shared_ptr<rocksdb::FileSystem> file_system;
    bool on_disk = true;  // false: no owner, mode or file system size to look at
    // Tests of the option self-check change what the store is opened with here.
    std::function<void(rocksdb::Options&, rocksdb::WriteOptions&)> change_options = {};
};

std::shared_ptr<FileLayer> disk_file_layer();
std::shared_ptr<FileLayer> memory_file_layer();

}  // namespace ingot::storage

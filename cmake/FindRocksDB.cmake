# Debian's librocksdb-dev ships no CMake package; this names its header and shared library.
find_path(RocksDB_INCLUDE_DIR rocksdb/db.h)
find_library(RocksDB_LIBRARY rocksdb)
include(FindPackageHandleStandardArgs)
find_package_handle_standard_args(RocksDB REQUIRED_VARS RocksDB_LIBRARY RocksDB_INCLUDE_DIR)
if(RocksDB_FOUND AND NOT TARGET RocksDB)
  add_library(RocksDB SHARED IMPORTED)
  set_target_properties(RocksDB PROPERTIES IMPORTED_LOCATION ${RocksDB_LIBRARY}
                        INTERFACE_INCLUDE_DIRECTORIES ${RocksDB_INCLUDE_DIR})
endif()

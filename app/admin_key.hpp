// `ingot admin-key`: the way back when every administrator's key is lost or has expired. On the machine itself, with
// the node stopped: who may read the secrets folder is trusted with this.
#pragma once

#include <string>

#include "base/clock.hpp"
#include "base/crypto.hpp"
#include "base/result.hpp"

namespace ingot::app {

struct AdminKeyOptions {
    std::string data_dir;  // with ingot.toml
    std::string file;      // new; empty = secrets/admin-<time>.key
};

// Makes a principal that is platform_admin and security_admin with a new API key, writes the key to a new file (0600),
// and answers the file's path. Audited and in the transparency log like every key; keys that exist go on working.
// Exists when the file is there, StoreInUse while a node has the folder, Config, Degraded, StorageFull.
Result<std::string> make_admin_key(AdminKeyOptions const& options, Clock& clock, Random& random);

}  // namespace ingot::app

#include "app/admin_key.hpp"

#include <algorithm>
#include <filesystem>

#include "app/config.hpp"
#include "app/init.hpp"
#include "app/node.hpp"
#include "certs/key_files.hpp"
#include "registry/registry.hpp"
#include "storage/rocks_engine.hpp"

namespace ingot::app {
namespace {

namespace fs = std::filesystem;

// "secrets/admin-20261122T020000Z.key"
std::string default_file(Config const& config, Time now) {
    std::string time = format_time(now, 0);
    std::erase_if(time, [](char c) { return c == '-' || c == ':'; });
    return (fs::path(config.secrets_dir) / ("admin-" + time + ".key")).string();
}

}  // namespace

Result<std::string> make_admin_key(AdminKeyOptions const& options, Clock& clock, Random& random) {
    auto config = load_config((fs::path(options.data_dir) / "ingot.toml").string(), {ingot_environment(), {}});
    if (!config) return fail(config.error());
    std::string const file = options.file.empty() ? default_file(*config, clock.now()) : options.file;
    std::error_code error;
    if (fs::exists(file, error))
        return fail(Code::Exists, file + " is there already; nothing was changed", file + " 已存在，未做任何更改");
    auto pepper = read_secret(config->secrets_dir, "pepper");
    if (!pepper) return fail(pepper.error());
    auto store = store_options(*config);
    if (!store) return fail(store.error());
    auto engine = storage::open_store(std::move(*store), clock, random);
    if (!engine) return fail(engine.error());
    registry::Registry registry(**engine, clock, random, std::move(*pepper));
    bool written = false;
    auto made = registry.add_administrator("admin", [&](std::string const& key) {
        auto kept = certs::write_new_file(file, key + "\n", 0600);
        written = kept.has_value();
        return kept;
    });
    if (made) return file;
    if (written) fs::remove(file, error);  // the key in it opens nothing
    return fail(made.error());
}

}  // namespace ingot::app

#include "storage/near_rows.hpp"

namespace ingot::storage {
namespace {

constexpr size_t kRowsMax = 16'384;

void write_name(Space space, Bytes key, std::string& name) {
    name.assign(1, char(space));
    name += key;
}

}  // namespace

// Kinds of keys: storage/keys.hpp.
bool NearRows::keeps(Space space, Bytes key) {
    if (key.empty()) return false;
    if (space == Space::record) return key[0] == 'P' || key[0] == 'F';
    return space == Space::index && (key[0] == 'c' || key[0] == 'q');
}

Result<std::optional<std::string>> NearRows::get(View const& base, Space space, Bytes key) {
    write_name(space, key, name_);
    if (auto found = rows_.find(name_); found != rows_.end()) return found->second;
    auto stored = base.get(space, key);
    if (!stored) return stored;
    if (rows_.size() >= kRowsMax) rows_.clear();
    rows_.emplace(name_, *stored);
    return stored;
}

void NearRows::committed(Overlay const& changes) {
    for (Space space : {Space::record, Space::index})
        for (auto const& [key, value] : changes.rows(space)) {
            if (!keeps(space, key)) continue;
            write_name(space, key, name_);
            if (auto found = rows_.find(name_); found != rows_.end()) found->second = value;
        }
}

}  // namespace ingot::storage

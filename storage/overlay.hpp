// What a commit group has decided but not yet written: one map of final values, ordered, per space; and the batch an
// operation works on, a second such map over it that is folded in when the operation succeeds (durability.md 2.1).
// Used by the committer thread only.
#pragma once

#include <array>
#include <map>

#include "storage/engine.hpp"

namespace ingot::storage {

// Final values; nothing = erased.
class Overlay {
  public:
    using Map = std::map<std::string, std::optional<std::string>, std::less<>>;

    void set(Space space, std::string key, std::optional<std::string> value);
    // Null if the overlay says nothing about the key.
    std::optional<std::string> const* find(Space space, Bytes key) const;
    // Moves everything of `newer` in; newer values win.
    void fold(Overlay&& newer);
    Map& rows(Space space) { return maps_[size_t(space)]; }
    Map const& rows(Space space) const { return maps_[size_t(space)]; }
    bool empty() const;

  private:
    std::array<Map, kSpaces> maps_;
};

// A view of `base` as the overlays change it; later overlays win. Everything passed in outlives it.
class LayeredView {
  public:
    LayeredView(View const& base, std::initializer_list<Overlay const*> layers) : base_(base), layers_(layers) {}
    Result<std::optional<std::string>> get(Space space, Bytes key) const;
    Result<std::vector<std::optional<std::string>>> multi_get(Space space, std::span<std::string const> keys) const;
    Result<Page> scan(Range const& range) const;

  private:
    std::optional<std::string> const* find(Space space, Bytes key) const;
    bool touches(Range const& range) const;

    View const& base_;
    std::vector<Overlay const*> layers_;
};

}  // namespace ingot::storage

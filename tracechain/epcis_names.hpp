// Names of members under the prefixes of a JSON-LD @context (spec/epcis-rest.md 1.1). Contexts are never fetched; the
// prefixes of their objects count, on top of the built-in ones. An event's own @context adds to the document's.
//
// Borrows the JSON trees it was built from. Immutable after building; thread safe.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "tracechain/json_value.hpp"

namespace ingot::tracechain {

inline constexpr std::string_view kIngotNamespace = "https://ingot.example/ns/";

// A prefixed or full-URI name taken apart. Different prefixes bound to one namespace give the same pair.
struct ExpandedName {
    std::string_view space;  // empty: a bare name
    std::string_view local;
    bool prefix_known = true;  // false: a prefix no context binds; kept as it is

    bool is_ingot() const { return space == kIngotNamespace; }
    bool operator==(ExpandedName const& other) const { return space == other.space && local == other.local; }
};

class Names {
  public:
    Names() = default;  // the built-in prefixes
    // Adds the prefixes of an @context value; later ones override earlier ones.
    void add_context(JsonValue const& context);
    void bind(std::string_view prefix, std::string_view space) { bindings_.push_back({prefix, space}); }

    ExpandedName expand(std::string_view name) const;
    // A CURIE value with a declared prefix as full URI; nothing for other texts.
    std::optional<std::string> expand_value(std::string_view value) const;
    std::optional<std::string_view> space_of(std::string_view prefix) const;

  private:
    struct Binding {
        std::string_view prefix, space;
    };
    std::vector<Binding> bindings_;
};

}  // namespace ingot::tracechain

// Counts registrations by prefix and outcome (spec/operations.md 5: ingot_register_total): one an item, however many
// came in one request, once, when the outcome is known.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "api/handler.hpp"
#include "ident/identifier.hpp"

namespace ingot::api::v1 {

// The items of one request. `ok` is set by the render function of a request whose items have outcomes of their own; the
// others share the outcome of the request.
struct Registrations {
    std::vector<std::string> prefixes;  // registered prefix of each item, canonical; empty = not registered here
    std::vector<bool> ok;               // same order; empty = as the whole
};

// The label of an identifier: the registered prefix it stands under, or nothing.
std::string prefix_label(Services const& services, ident::Prefix const& prefix);

// Counts the items when the change is committed or refused. A replay counts nothing.
void count_registrations(Change& change, Call const& call, Services& services, std::shared_ptr<Registrations> items);

// For a request that was turned away before it became a change: one failed registration.
Result<Change> counted(Result<Change> change, Call const& call, Services& services, std::string const& label);

}  // namespace ingot::api::v1

// Storing coding profiles (spec/identifiers.md 7.1). A version never changes after its first allocation.
#pragma once

#include <string>

#include "registry/leaf_note.hpp"
#include "registry/registry.hpp"

namespace ingot::registry {

struct ProfileStored {
    ident::CodingProfile profile;
    bool created = false;
    LeafNote log;  // of the prefix that has adopted it with this change
};

// Stores a document under its name and version and, when it is one prefix's own, lets that prefix use it. Storing the
// same bytes again changes nothing. State when that version was used with another document. `allowed` is for the
// prefix of the document, or for the node when it is "*".
Result<storage::Operation> store_profile(Registry const& registry, Authorised const& allowed,
                                         ident::CodingProfile profile, Render<ProfileStored> render);

// Puts the profile shipped with the node when it is not there.
Result<void> store_default_profile(storage::Batch& batch);

// For allocations: the stored document is still this one, and from now on it is used. State when it was replaced.
Result<void> pin_profile(storage::Batch& batch, ident::CodingProfile const& profile);

}  // namespace ingot::registry

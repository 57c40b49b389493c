// Registering, changing, withdrawing and voiding identifiers (spec/identifiers.md 2.5, 5, 7.4, 7.6; api-conventions.md
// 6). Each change stores a new version and one leaf of the transparency log. A Registrar works inside the committer;
// the functions below wrap it into operations.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "registry/etag.hpp"
#include "registry/leaf_note.hpp"
#include "registry/registry.hpp"
#include "storage/record_table.hpp"

namespace ingot::registry {

// ETag of a record for a viewer's level; form "record" is what If-Match is compared with.
std::string record_etag(std::string_view canonical, uint64_t version, Visibility level,
                        std::string_view form = "record");

struct NewRecord {
    ident::Identifier identifier;
    std::vector<storage::RecordValue> values;
    std::string template_version;
};

// JSON Merge Patch on a record: what is absent stays.
struct RecordPatch {
    std::optional<std::vector<storage::RecordValue>> values;                // replaces all
    std::map<uint32_t, std::optional<storage::RecordValue>> by_index = {};  // replaces or removes single ones
    std::optional<storage::RecordState> state;                              // active or suspended
    std::optional<std::string> template_version;
};

struct RecordChanged {
    storage::Record record;
    std::string canonical;
    bool created = false;
    LeafNote log;
    std::string etag() const { return record_etag(canonical, record.version, Visibility::record); }
};

// Who changes what. Whose the prefix is, its coding profiles and the right to assign codes are looked at again where
// the change is decided: State when another prefix or owner stands there by then.
class Registrar {
  public:
    // `allowed` is for the prefix of every identifier that will be changed; copied, may end before the commit.
    Registrar(Registry const& registry, Authorised const& allowed);

    // A new own suffix, or the first record of a reserved code. IdentifierExists, ReservedName, CheckCharacter,
    // NotAllocated, ProfileViolation, InvalidMember.
    Result<RecordChanged> create(storage::Batch& batch, NewRecord const& request) const;
    // PUT: create, or replace under If-Match. Also EtagRequired, EtagMismatch, Void, Withdrawn.
    Result<RecordChanged> put(storage::Batch& batch, NewRecord const& request, Precondition const& before) const;
    // NotFound, EtagRequired, EtagMismatch, State, Void, Withdrawn, InvalidMember.
    Result<RecordChanged> patch(storage::Batch& batch, ident::Identifier const& identifier, RecordPatch const& patch,
                                Precondition const& before) const;
    // DELETE: leaves a tombstone; history stays.
    Result<RecordChanged> withdraw(storage::Batch& batch, ident::Identifier const& identifier,
                                   Precondition const& before) const;
    // Final. NotFound, Void, Withdrawn, InUse.
    Result<RecordChanged> void_code(storage::Batch& batch, ident::Identifier const& identifier,
                                    std::string const& reason) const;

  private:
    // What is known where the change is judged.
    struct Standing {
        std::shared_ptr<Directory const> known;
        std::shared_ptr<PrefixInfo const> prefix;
    };
    Result<Standing> stand(storage::Batch& batch, ident::Identifier const& identifier) const;
    bool may_assign(Standing const& standing) const;
    Result<void> check_new_name(storage::Batch& batch, Standing const& standing, ident::Identifier const& identifier,
                                bool& free_form) const;
    Result<RecordChanged> create_over(storage::Batch& batch, Standing const& standing, NewRecord const& request,
                                      std::optional<storage::Record> before) const;
    Result<storage::Record> existing(storage::Batch& batch, ident::Identifier const& identifier) const;
    RecordChanged store(storage::Batch& batch, ident::Identifier const& identifier, storage::Record record,
                        bool created) const;

    Registry const& registry_;
    std::string prefix_, owner_, by_;
};

using RenderChange = Render<RecordChanged>;

storage::Operation create_identifier(Registrar registrar, NewRecord request, RenderChange render);
storage::Operation put_identifier(Registrar registrar, NewRecord request, Precondition before, RenderChange render);
storage::Operation patch_identifier(Registrar registrar, ident::Identifier identifier, RecordPatch patch,
                                    Precondition before, RenderChange render);
storage::Operation withdraw_identifier(Registrar registrar, ident::Identifier identifier, Precondition before,
                                       RenderChange render);

// Several changes in one request. Each item is judged by itself (`proceed`), or the first refusal refuses all
// (`rollback`; its error carries `item`).
enum class OnError : uint8_t { proceed, rollback };
using BulkItem = std::function<Result<RecordChanged>(storage::Batch&)>;
// What an item answers, made when it is decided. A long request is carried out in several commits, and each stores the
// answers so far under the key of the request: a repeat after a crash goes on behind them.
using RenderRow = std::function<std::string(size_t item, Result<RecordChanged> const& done)>;
struct BulkDone {
    std::vector<std::string> rows;  // one an item, same order
    LeafNote log;
};
storage::Operation bulk_change(std::vector<BulkItem> items, OnError on_error, RenderRow row, Render<BulkDone> render);

}  // namespace ingot::registry

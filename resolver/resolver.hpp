// What an identifier answers to a caller: its record, that it was voided or withdrawn, where its prefix lives instead,
// or nothing. One decision for every dialect (spec/identifiers.md 5). What the caller may not know of answers exactly
// as what does not exist.
//
// Thread safe. committed() is called by the engine's commit observer after Registry::committed.
#pragma once

#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ident/identifier.hpp"
#include "registry/access.hpp"
#include "registry/registry.hpp"
#include "resolver/answer_cache.hpp"
#include "storage/record_table.hpp"

namespace ingot::resolver {

struct Settings {
    size_t answers_bytes_max = 160 * 1024 * 1024;  // rendered public answers
    size_t absent_bytes_max = 4 * 1024 * 1024;     // identifiers known to answer nothing
};

enum class Outcome : uint8_t {
    record,      // `record`, as much of it as `level` lets the caller see
    reserved,    // issued, no record yet; the owner only
    voided,      // 410 void
    withdrawn,   // 410 withdrawn; to the owner, and to all if it had public values
    elsewhere,   // prefix hosted by its enterprise: `prefix->referral_url`
    not_hosted,  // prefix unknown here
    absent,      // does not exist, or the caller may not know it exists
};

struct Resolution {
    Outcome outcome = Outcome::absent;
    registry::Visibility level = registry::Visibility::none;
    storage::Record record;  // of record, reserved; of voided and withdrawn with the level `record` only
    std::shared_ptr<registry::PrefixInfo const> prefix;  // null when not_hosted

    storage::Sequence read_at = 0;  // for keep()
    uint64_t generation = 0;
};

// The values of a record that a level may see, in index order; secret keys never.
std::vector<storage::RecordValue const*> visible_values(storage::Record const& record, registry::Visibility level);

// Seconds a public answer may be kept by others: the least ttl of the values, at most `most`.
int64_t max_age(std::vector<storage::RecordValue const*> const& values, Time now, int64_t most = 300);

// The error of every outcome but record and reserved.
Error error_of(Resolution const& resolution);

class Resolver {
  public:
    Resolver(storage::Engine& engine, registry::Registry const& registry, Settings settings = {});

    // DataDamaged, StorageUnavailable.
    Result<Resolution> resolve(ident::Identifier const& identifier, registry::Principal const& principal);
    // The same from a snapshot the caller holds: for many identifiers at once.
    Result<Resolution> resolve_in(storage::View const& view, ident::Identifier const& identifier,
                                  registry::Principal const& principal) const;

    // Rendered answers for anonymous callers. `asked` is the spelling of the request where the answer repeats it.
    std::shared_ptr<void const> find_answer(Dialect dialect, ident::Identifier const& identifier,
                                            std::string_view asked);
    void keep_answer(Dialect dialect, ident::Identifier const& identifier, std::string_view asked,
                     std::shared_ptr<void const> answer, size_t bytes, Resolution const& from);

    void committed(storage::Sequence sequence, std::span<storage::Row const> changed_keys);

    size_t cached_answers() const { return answers_.entries(); }
    size_t cached_absences() const { return absent_.entries(); }

  private:
    storage::Engine& engine_;
    registry::Registry const& registry_;
    AnswerCache answers_;
    AnswerCache absent_;
};

}  // namespace ingot::resolver

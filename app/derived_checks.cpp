#include "app/derived_checks.hpp"

#include <algorithm>

#include "base/encoding.hpp"
#include "storage/graph_table.hpp"
#include "storage/keys.hpp"
#include "storage/log_keys.hpp"
#include "storage/rocks_engine.hpp"
#include "tracechain/tracechain.hpp"

namespace ingot::app {
namespace {

using storage::Finding;
using storage::Row;
using storage::Space;

// Rows of one range, page by page, in key order.
class Cursor {
  public:
    Cursor(storage::View const& view, storage::Range range) : view_(view), rest_(std::move(range)) {}
    // The next row; null at the end or after an error.
    Row const* peek() {
        while (at_ == page_.rows.size() && rest_ && !error) {
            auto page = view_.scan(*rest_);
            if (!page) {
                error = page.error();
                return nullptr;
            }
            page_ = std::move(*page);
            rest_ = page_.rest;
            at_ = 0;
        }
        return at_ < page_.rows.size() ? &page_.rows[at_] : nullptr;
    }
    void next() { ++at_; }
    std::optional<Error> error;

  private:
    storage::View const& view_;
    std::optional<storage::Range> rest_;
    storage::Page page_;
    size_t at_ = 0;
};

std::string amount_of(storage::AccountTail const& tail) {
    return "content " + std::to_string(tail.content.value(tail.primary)) + ", debt " + std::to_string(tail.debt);
}

// What a person wants to see of a row: the balance of a lot, else the bytes.
std::string shown(Space space, storage::Bytes key, storage::Bytes value) {
    if (space == Space::graph && key.size() == 9 && key[0] == 'l')
        if (auto lot = storage::decode_lot(get_u64be(key, 1), value)) return lot->id + ": " + amount_of(lot->tail);
    if (space == Space::graph && key.size() == 9 && key[0] == 'c')
        if (auto campaign = storage::decode_campaign(get_u64be(key, 1), value))
            return campaign->id + ": " + amount_of(campaign->tail);
    return std::to_string(value.size()) + " bytes " + to_hex(bytes_of(sha256(value))).substr(0, 16);
}

class Comparison {
  public:
    Comparison(storage::View const& stored, storage::View const& derived, std::function<void(Finding)> const& sink)
        : stored_(stored), derived_(derived), sink_(sink) {}

    Result<void> run() {
        for (char letter : {'l', 'c'})
            if (auto done = table("V6", Space::graph, letter); !done) return done;
        for (char letter : {'s', 'r'})
            if (auto done = table("V6", Space::row, letter); !done) return done;
        if (auto done = table("V13", Space::graph, 'e'); !done) return done;
        for (char letter : {'b', 'd', 'i', 'm', 'n', 't', 'u', 'w', 'x', 'y', 'z'})
            if (auto done = table("V13", Space::index, letter); !done) return done;
        return {};
    }

  private:
    Result<void> table(char const* check, Space space, char letter) {
        auto range = storage::prefix_range(space, std::string(1, letter));
        Cursor stored(stored_, range), derived(derived_, range);
        for (;;) {
            Row const *found = stored.peek(), *wanted = derived.peek();
            if (stored.error) return fail(*stored.error);
            if (derived.error) return fail(*derived.error);
            if (found == nullptr && wanted == nullptr) return {};
            if (wanted == nullptr || (found != nullptr && found->key < wanted->key)) {
                report(check, space, *found, "nothing", shown(space, found->key, found->value));
                stored.next();
            } else if (found == nullptr || wanted->key < found->key) {
                report(check, space, *wanted, shown(space, wanted->key, wanted->value), "nothing");
                derived.next();
            } else {
                if (found->value != wanted->value)
                    report(check, space, *found, shown(space, wanted->key, wanted->value),
                           shown(space, found->key, found->value));
                stored.next();
                derived.next();
            }
        }
    }

    void report(char const* check, Space space, Row const& row, std::string expected, std::string found) {
        sink_(
            {check, to_hex(row.key), storage::readable_key(space, row.key), {}, std::move(expected), std::move(found)});
    }

    storage::View const& stored_;
    storage::View const& derived_;
    std::function<void(Finding)> const& sink_;
};

}  // namespace

Result<void> check_derived(storage::View const& view, tracechain::TraceSettings const& settings,
                           std::function<void(Finding)> const& sink) {
    SystemClock clock;
    SystemRandom random;
    storage::StoreOptions options;
    options.reserve_bytes = options.ballast_bytes = 0;
    auto again = storage::open_memory_store(clock, random, options);
    if (!again) return fail(again.error());
    tracechain::Tracechain const trace(**again, clock, random, settings, [](ident::LotKey const&) {
        return std::optional<tracechain::Owner>();  // who owned what is in the facts
    });
    if (auto rebuilt = trace.rebuild_into(view, **again); !rebuilt) {
        if (rebuilt.error().code != Code::DataDamaged) return rebuilt;
        sink({"V13", {}, {}, {}, "events from which everything can be derived again", rebuilt.error().detail});
        return {};
    }
    auto derived = (*again)->view();
    if (!derived) return fail(derived.error());
    auto done = Comparison(view, **derived, sink).run();
    if (!done && done.error().code == Code::DataDamaged) return {};  // V2 has said so
    return done;
}

}  // namespace ingot::app

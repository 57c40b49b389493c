#include "tracechain/capture_waiting.hpp"

#include <algorithm>

#include "base/encoding.hpp"

namespace ingot::tracechain {

using storage::EventSeq;
using storage::Space;

namespace {

std::string count_key_of(std::string const& reporter) { return storage::count_key("waiting/" + reporter); }

}  // namespace

Result<WaitingDeclarations::Seqs*> WaitingDeclarations::list(std::string const& event_id) {
    std::string const key = storage::waiting_key(event_id);
    auto [at, fresh] = lists_.try_emplace(key);
    if (!fresh) return &at->second;
    auto value = batch_.get(Space::index, key);
    if (!value) return tl::unexpected(value.error());
    std::string const packed = value->value_or("");
    for (size_t i = 0; i + 8 <= packed.size(); i += 8) at->second.push_back(get_u64be(packed, i));
    return &at->second;
}

Result<uint64_t*> WaitingDeclarations::count(std::string const& reporter) {
    auto known = counts_.find(reporter);
    if (known != counts_.end()) return &known->second;
    auto stored = storage::read_count(batch_, "waiting/" + reporter);
    if (!stored) return tl::unexpected(stored.error());
    return &counts_.emplace(reporter, *stored).first->second;
}

Result<WaitingDeclarations::Seqs::iterator> WaitingDeclarations::find(Seqs& seqs, std::string const& reporter) {
    for (auto at = seqs.begin(); at != seqs.end(); ++at) {
        if (auto own = own_.find(*at); own != own_.end()) {
            if (own->second == reporter) return at;
            continue;
        }
        auto facts = storage::find_facts(batch_, *at);
        if (!facts) return tl::unexpected(facts.error());
        if (*facts && (*facts)->reporter == reporter) return at;
    }
    return seqs.end();
}

Result<EventSeq> WaitingDeclarations::take(std::string const& event_id, std::string const& reporter) {
    auto seqs = list(event_id);
    if (!seqs) return tl::unexpected(seqs.error());
    auto found = find(**seqs, reporter);
    if (!found) return tl::unexpected(found.error());
    if (*found == (*seqs)->end()) return EventSeq{0};
    EventSeq const declaration = **found;
    auto waiting = count(reporter);
    if (!waiting) return tl::unexpected(waiting.error());
    if (**waiting > 0) **waiting -= 1;
    (*seqs)->erase(*found);
    changed_.insert(storage::waiting_key(event_id));
    return declaration;
}

Result<void> WaitingDeclarations::add(std::string const& event_id, std::string const& reporter, EventSeq declaration) {
    auto seqs = list(event_id);
    if (!seqs) return tl::unexpected(seqs.error());
    auto found = find(**seqs, reporter);
    if (!found) return tl::unexpected(found.error());
    if (*found != (*seqs)->end()) return {};
    auto waiting = count(reporter);
    if (!waiting) return tl::unexpected(waiting.error());
    if (**waiting >= settings_.waiting_declarations_max) {
        std::string const max = std::to_string(settings_.waiting_declarations_max);
        Error error{Code::Quota,
                    max +
                        " error declarations of your enterprise wait for events that are not captured yet; capture "
                        "those events first",
                    "贵企业已有 " + max + " 条错误声明在等待尚未登记的事件；请先登记这些事件"};
        error.with("event_id", event_id).with("limit", static_cast<int64_t>(settings_.waiting_declarations_max));
        return fail(std::move(error));
    }
    **waiting += 1;
    own_[declaration] = reporter;
    (*seqs)->push_back(declaration);
    changed_.insert(storage::waiting_key(event_id));
    return {};
}

void WaitingDeclarations::flush() {
    for (std::string const& key : changed_) {
        std::string packed;
        for (EventSeq seq : lists_[key]) packed += storage::seq_value(seq);
        if (packed.empty()) {
            batch_.erase(Space::index, key);
        } else {
            batch_.put(Space::index, key, std::move(packed));
        }
    }
    for (auto const& [reporter, waiting] : counts_)
        batch_.put(Space::meta, count_key_of(reporter), storage::seq_value(waiting));
}

}  // namespace ingot::tracechain

#include "tracechain/capture_late.hpp"

#include <algorithm>

#include "tracechain/account_layers.hpp"
#include "tracechain/amount.hpp"

namespace ingot::tracechain {

using storage::RowKind;

namespace {

// A void row keeps what was stated and no derived field.
void clear_derived(AccountRow& row) {
    row.sort_time_us = row.time_us;
    row.sort_seq = row.seq;
    row.before = row.moved = {};
    row.shortfall = row.difference = row.bound_time_us = 0;
    row.bound_seq = 0;
    row.layers.clear();
}

bool stands_elsewhere(AccountRow const& row) { return row.sort_seq != row.seq || row.sort_time_us != row.time_us; }

bool looks_back(AccountTerms const& terms) { return terms.campaign && keeps_layers(terms.policy); }

std::vector<AccountRow> live_of(std::vector<AccountRow> const& rows) {
    std::vector<AccountRow> out;
    std::copy_if(rows.begin(), rows.end(), std::back_inserter(out),
                 [](AccountRow const& row) { return row.void_seq == 0; });
    return out;
}

// Takes out of the sums what the row put in. False when that is not known from the row alone: an adjust that repaid.
bool take_back(AccountTail& tail, AccountRow const& row) {
    int64_t const moved = row.moved.value(tail.primary);
    auto supplied = [&] {
        tail.states -= 1;
        tail.supplied -= moved;
    };
    switch (row.kind) {
        case RowKind::consume:
        case RowKind::dispose:
            (row.kind == RowKind::dispose ? tail.disposed : tail.consumed) -= moved;
            tail.debt -= row.shortfall;
            tail.difference -= row.difference;
            return true;
        case RowKind::commission:
        case RowKind::implicit:
        case RowKind::output:
            if (!row.restated) supplied();
            return true;
        default:
            break;
    }
    bool const found = row.kind == RowKind::found_count || row.kind == RowKind::found_delta;
    bool const counted = row.kind == RowKind::adjust_count || row.kind == RowKind::found_count;
    int64_t const change =
        held_difference(row.stated.value(tail.primary), counted ? row.before.value(tail.primary) : 0);
    if (change <= 0) {
        tail.adjusted_out += moved;
        return true;
    }
    if (moved != change) return false;
    if (found) supplied();
    return true;
}

// The account just before the first of these rows; nothing where the rows do not say it.
std::optional<AccountTail> tail_before(AccountTail const& newest, std::vector<AccountRow> const& live) {
    if (live.empty() || live.front().bound_seq == 0) return std::nullopt;
    AccountTail tail = newest;
    for (AccountRow const& row : live)
        if (stands_elsewhere(row) || !take_back(tail, row)) return std::nullopt;
    if (tail.states == 0) return std::nullopt;
    tail.content = live.front().before;
    tail.bound_time_us = live.front().bound_time_us;
    tail.bound_seq = live.front().bound_seq;
    tail.last_time_us = 0;
    tail.last_seq = 0;
    tail.last_phase = 0;
    return tail;
}

bool resume(AccountTail& tail, std::vector<AccountRow>& rows, AccountTerms const& terms) {
    for (AccountRow& row : rows) {
        if (row.void_seq != 0) {
            clear_derived(row);
            continue;
        }
        if (!can_append(tail, row, terms, false)) return false;
        append(tail, row, terms);
    }
    return true;
}

template <class Account>
Result<Late> derive(Workspace& work, Account const& account, AccountTerms const& terms, RowKey const& from,
                    Edit const& edit, size_t rows_max) {
    Late late;
    if (looks_back(terms)) return late;
    auto const page = static_cast<uint32_t>(std::min<size_t>(rows_max, UINT32_MAX - 8) + 8);
    auto stored = work.rows_from(account, from, page);
    if (!stored) return tl::unexpected(stored.error());
    late.before = std::move(*stored);
    auto const after = std::count_if(late.before.begin(), late.before.end(),
                                     [&](AccountRow const& row) { return row.seq != std::get<1>(from); });
    if (static_cast<size_t>(after) > rows_max) {
        late.verdict = Late::Verdict::too_many;
        return late;
    }
    auto tail = tail_before(account.row.tail, live_of(late.before));
    if (!tail) return late;
    late.rows = late.before;
    edit(late.rows);
    std::sort(late.rows.begin(), late.rows.end(),
              [](AccountRow const& a, AccountRow const& b) { return key_of(a) < key_of(b); });
    uint32_t const states = tail->states;
    if (!resume(*tail, late.rows, terms)) return late;
    if (tail->last_seq == 0) {  // nothing stands there any more
        auto last = work.row_before(account, from);
        if (!last) return tl::unexpected(last.error());
        if (!*last || states < 2) return late;
        tail->last_time_us = (*last)->time_us;
        tail->last_seq = (*last)->seq;
        tail->last_phase = (*last)->phase;
    }
    late.tail = std::move(*tail);
    late.verdict = Late::Verdict::done;
    return late;
}

}  // namespace

Result<Late> derive_from(Workspace& work, LotWork const& lot, AccountTerms const& terms, RowKey const& from,
                         Edit const& edit, size_t rows_max) {
    return derive(work, lot, terms, from, edit, rows_max);
}

Result<Late> derive_from(Workspace& work, CampaignWork const& campaign, AccountTerms const& terms, RowKey const& from,
                         Edit const& edit, size_t rows_max) {
    return derive(work, campaign, terms, from, edit, rows_max);
}

std::vector<AccountRow> derive_rows(std::vector<AccountRow> const& rows, AccountTerms const& terms, AccountTail& tail) {
    Replayed replayed = replay(rows, terms);
    tail = std::move(replayed.tail);
    for (AccountRow const& row : rows)
        if (row.void_seq != 0) clear_derived(replayed.rows.emplace_back(row));
    std::sort(replayed.rows.begin(), replayed.rows.end(),
              [&](AccountRow const& a, AccountRow const& b) { return storage::in_replay_order(a, b, terms.campaign); });
    return std::move(replayed.rows);
}

void note_shortage(Workspace& work, std::string const& account, AccountRow const& row, AccountTail const& tail,
                   int64_t before) {
    bool const takes = row.kind == RowKind::consume || row.kind == RowKind::dispose;
    if (!takes || row.shortfall <= before) return;
    int64_t const available = row.moved.value(tail.primary);
    work.shortages.push_back({account, row.seq, available,
                              row.stated.get(tail.primary).value_or(held_sum(available, row.shortfall)),
                              tail.primary.kind == storage::BasisKind::gross_mass});
}

}  // namespace ingot::tracechain

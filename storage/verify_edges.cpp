// V5, and V4 of lots, campaigns and containers: what a link says of a lot, the account of the lot says too.
#include <algorithm>

#include "base/encoding.hpp"
#include "storage/graph_table.hpp"
#include "storage/holding_table.hpp"
#include "storage/keys.hpp"
#include "storage/verify_tables.hpp"

namespace ingot::storage {
namespace {

constexpr uint8_t kTakenBeforeItsSupply = 0x80;  // LinkInput::measured

bool takes(LinkKind kind) {
    return kind == LinkKind::transform || kind == LinkKind::charge || kind == LinkKind::draw ||
           kind == LinkKind::charge_draw || kind == LinkKind::campaign || kind == LinkKind::dispose;
}

bool makes(LinkKind kind) { return kind == LinkKind::commission || (takes(kind) && kind != LinkKind::dispose); }

bool has_rows(LinkKind kind) { return takes(kind) || makes(kind) || kind == LinkKind::adjust; }

std::string lot_name(LotNumber lot) { return "lot " + std::to_string(lot); }
std::string event_name(EventSeq seq) { return "event " + std::to_string(seq); }

template <class Decode>
auto parsed(Row const& row, Decode decode) {
    using Stored = typename decltype(decode(uint64_t(0), Bytes()))::value_type;
    if (row.key.size() != 9) return std::optional<Stored>();
    auto decoded = decode(get_u64be(row.key, 1), Bytes(row.value));
    return decoded ? std::optional<Stored>(std::move(*decoded)) : std::optional<Stored>();
}

}  // namespace

void EdgeChecks::check() {
    read_lots();
    read_.each(Space::graph, "c", [&](Row const& row) {
        if (auto campaign = parsed(row, decode_campaign)) campaigns_[campaign->campaign];
    });
    read_links();
    compare_edges();
    read_campaigns();
    check_containers();
    check_numbers();
}

void EdgeChecks::read_lots() {
    read_.each(Space::graph, "l", [&](Row const& row) {
        auto lot = parsed(row, decode_lot);
        if (!lot) return;
        lots_.insert(lot->lot);
        if (lot->kind == LotKind::class_only) class_lots_.insert(lot->lot);
        if (auto number = read_.number(Space::index, lot_number_key(lot->key)); number != lot->lot)
            read_.report("V4", Space::index, lot_number_key(lot->key), lot_name(lot->lot),
                         number ? lot_name(*number) : "nothing");
        read_account(*lot);
    });
}

void EdgeChecks::read_account(LotRow const& lot) {
    auto rows = lot_rows(read_.view(), lot);
    if (!rows)
        return read_.report("V5", Space::graph, lot_key(lot.lot), "the rows of its account", rows.error().detail);
    for (AccountRow const& row : *rows) {
        Edge edge{lot.lot, row.seq, Side::named, row.void_seq == 0, row.bound_time_us, row.shortfall, row.bound_seq};
        if (row.kind == RowKind::consume || row.kind == RowKind::dispose) edge.side = Side::input;
        if (row.kind == RowKind::commission || row.kind == RowKind::output) edge.side = Side::output;
        accounts_.push_back(edge);
    }
}

void EdgeChecks::read_links() {
    read_.each(Space::graph, "e", [&](Row const& row) {
        if (auto link = parsed(row, decode_link)) read_link(*link);
    });
}

void EdgeChecks::read_link(LinkRow const& link) {
    auto add = [&](Edge edge, bool strict) {
        if (!lots_.contains(edge.lot))
            read_.expect("V5", Space::graph, lot_key(edge.lot), "a lot of " + event_name(edge.seq));
        if (!has_rows(link.kind))
            read_.expect("V4", Space::index, mention_key(edge.lot, edge.seq),
                         lot_name(edge.lot) + " in " + event_name(edge.seq));
        if (!strict || class_lots_.contains(edge.lot)) edge.side = Side::named;
        links_.push_back(edge);
    };
    for (LinkInput const& input : link.inputs) {
        add({input.lot, link.seq, Side::input, link.void_seq == 0, input.bound_time_us, input.shortfall,
             input.bound_seq},
            takes(link.kind));
        check_order(link, input);
    }
    for (LinkOutput const& output : link.outputs)
        if (output.lot != 0) add({output.lot, link.seq, Side::output, link.void_seq == 0, 0, 0, 0}, makes(link.kind));
    if (link.campaign == 0) return;
    auto campaign = campaigns_.find(link.campaign);
    if (campaign != campaigns_.end())
        campaign->second.insert(link.seq);
    else
        read_.expect("V5", Space::graph, campaign_key(link.campaign), "the campaign of " + event_name(link.seq));
}

// Matter comes from what stood before it, so that no walk ever meets itself.
void EdgeChecks::check_order(LinkRow const& link, LinkInput const& input) {
    if (input.bound_seq == 0 || (input.measured & kTakenBeforeItsSupply) != 0) return;
    if (std::pair(input.bound_time_us, input.bound_seq) >= std::pair(link.time_us, link.seq))
        read_.report("V5", Space::graph, link_key(link.seq), "a supply of " + lot_name(input.lot) + " before the event",
                     event_name(input.bound_seq));
}

// Both lists in the same order: what stands in one only is half an edge.
void EdgeChecks::compare_edges() {
    auto before = [](Edge const& a, Edge const& b) { return a.order() < b.order(); };
    std::sort(accounts_.begin(), accounts_.end(), before);
    std::sort(links_.begin(), links_.end(), before);
    for (Edge const& edge : links_) {
        if (edge.side == Side::named) continue;
        auto twin = std::lower_bound(accounts_.begin(), accounts_.end(), edge, before);
        if (twin == accounts_.end() || twin->order() != edge.order())
            read_.report("V5", Space::graph, lot_key(edge.lot), "a row of its account for " + event_name(edge.seq),
                         "nothing");
        else if (edge.side == Side::input && edge.live && twin->live &&
                 std::tuple(edge.bound_time_us, edge.bound_seq, edge.shortfall) !=
                     std::tuple(twin->bound_time_us, twin->bound_seq, twin->shortfall))
            read_.report("V5", Space::graph, link_key(edge.seq),
                         "the supply of " + lot_name(edge.lot) + " as in its account", "another");
    }
    for (Edge const& edge : accounts_) {
        auto twin = std::lower_bound(links_.begin(), links_.end(), Edge{edge.lot, edge.seq, Side::input}, before);
        auto same_event = [&] { return twin != links_.end() && twin->lot == edge.lot && twin->seq == edge.seq; };
        while (edge.side != Side::named && same_event() && twin->side != edge.side) ++twin;
        if (!same_event())
            read_.report("V5", Space::graph, link_key(edge.seq), lot_name(edge.lot) + " in the link of its event",
                         "nothing");
    }
}

void EdgeChecks::read_campaigns() {
    read_.each(Space::graph, "c", [&](Row const& row) {
        if (auto campaign = parsed(row, decode_campaign)) check_campaign(*campaign);
    });
}

void EdgeChecks::check_campaign(CampaignRow const& campaign) {
    std::string const key = campaign_key(campaign.campaign);
    if (auto number = read_.number(Space::index, campaign_number_key(campaign.key)); number != campaign.campaign)
        read_.report("V4", Space::index, campaign_number_key(campaign.key),
                     "campaign " + std::to_string(campaign.campaign),
                     number ? "campaign " + std::to_string(*number) : "nothing");
    std::set<EventSeq> const& named = campaigns_[campaign.campaign];
    auto is_of_it = [&](EventSeq seq) {
        if (!named.contains(seq))
            read_.report("V5", Space::graph, link_key(seq), "an event of campaign " + campaign.id, "nothing");
    };
    for (EventSeq seq : campaign.events) is_of_it(seq);
    auto rows = campaign_rows(read_.view(), campaign.campaign, UINT32_MAX);
    if (!rows) return;
    for (AccountRow const& row : *rows) is_of_it(row.seq);
    if (rows->size() != campaign.row_count)
        read_.report("V5", Space::graph, key, std::to_string(campaign.row_count) + " rows",
                     std::to_string(rows->size()));
}

// Content rows and their twins; each lot and container exists.
void EdgeChecks::check_containers() {
    auto lot_exists = [&](Row const& row, size_t at) {
        LotNumber const lot = get_u64be(row.key, at);
        if (lot != 0 && !lots_.contains(lot)) read_.report("V5", Space::index, row.key, lot_name(lot), "nothing");
    };
    constexpr size_t kKey = 33;  // letter, lot, time, lot, seq
    auto twin = [](Row const& row) {
        return ContentRow{
            get_u64be(row.key, 1), get_u64be(row.key, 17), get_i64be(row.key, 9), get_u64be(row.key, 25), false, {}, 0};
    };
    read_.each(Space::index, "b", [&](Row const& row) {
        if (row.key.size() != kKey) return;
        ContentRow const content = twin(row);
        lot_exists(row, 1);
        lot_exists(row, 17);
        if (content.lot != 0)
            read_.expect("V5", Space::index, contained_key(content), "the other side of a container row");
    });
    read_.each(Space::index, "w", [&](Row const& row) {
        if (row.key.size() != kKey) return;
        ContentRow content = twin(row);
        std::swap(content.container, content.lot);
        read_.expect("V5", Space::index, content_key(content), "the other side of a container row");
    });
}

// Numbers and mentions lead to a lot, campaign and event.
void EdgeChecks::check_numbers() {
    auto leads_to = [&](char const* letter, std::string (*key)(uint64_t), char const* what) {
        read_.each(Space::index, letter, [&](Row const& row) {
            if (row.value.size() == 8) read_.expect("V4", Space::graph, key(get_u64be(row.value, 0)), what);
        });
    };
    leads_to("n", lot_key, "the lot of a number");
    leads_to("m", campaign_key, "the campaign of a number");
    auto counted = [&](char const* name, uint64_t highest) {
        uint64_t const count = read_.number(Space::meta, count_key(name)).value_or(0);
        if (count < highest)
            read_.report("V4", Space::meta, count_key(name), std::to_string(highest), std::to_string(count));
    };
    counted("lots", lots_.empty() ? 0 : *lots_.rbegin());
    counted("campaigns", campaigns_.empty() ? 0 : campaigns_.rbegin()->first);
    auto edge_before = [](Edge const& a, Edge const& b) { return std::pair(a.lot, a.seq) < std::pair(b.lot, b.seq); };
    read_.each(Space::index, "u", [&](Row const& row) {
        if (row.key.size() != 17) return;
        Edge const mention{get_u64be(row.key, 1), get_u64be(row.key, 9)};
        if (!std::binary_search(links_.begin(), links_.end(), mention, edge_before))
            read_.report("V4", Space::index, row.key, lot_name(mention.lot) + " in the link of its event", "nothing");
    });
}

}  // namespace ingot::storage

#include "tracechain/query_stream.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

#include "tracechain/flags.hpp"
#include "tracechain/query_json.hpp"

namespace ingot::tracechain {

namespace {
constexpr uint64_t kNodesAPiece = 512;
}

// Writes lines as the walk meets things; keeps sums only for lots that have more than one state.
class TraceStream::Lines final : public WalkSink {
  public:
    Lines(Direction direction, TraceQuery const& query) : direction_(direction), query_(query) {}

    void lot(LotVisit const& visit) override {
        for (std::string_view flag : flag_names(visit.row.flags)) flags[flag] += 1;
        Weight entered = visit.entered;
        bool update = false;
        if (visit.row.tail.states > 1 || again_.contains(visit.row.lot)) {
            auto [known, fresh] = again_.emplace(visit.row.lot, Sums{});
            update = !fresh;
            known->second.sum.add(entered);
            entered = known->second.sum.value();
        }
        bool outside = visit.entered.f > 0 || visit.entered.d > 0;
        double compared = query_.cutoff == Cutoff::share && direction_ == Direction::down ? entered.d : entered.f;
        if ((visit.start && !outside) || compared < std::max(query_.theta, query_.min_share)) return;
        bool shown = query_.material.allows(visit.row.material) && query_.owner.allows(visit.row.owner_prefix) &&
                     query_.kind.allows(name(visit.row.kind));
        if (!shown) return;
        ListedLot lot;
        lot.id = visit.row.id;
        lot.uri = visit.row.uri;
        lot.material = visit.row.material;
        lot.owner = visit.row.owner_prefix;
        lot.kind = visit.row.kind;
        lot.amounts = amounts_of(visit.row, query_.basis);
        lot.first_time_us = visit.row.first_time_us;
        lot.last_time_us = visit.row.last_time_us;
        lot.entered.add(entered);
        lot.state_f = visit.last_state ? visit.state_f : 0;
        lot.hops = visit.hops;
        lot.terminal = visit.terminal;
        lot.reported = update ? 0 : -1;
        ++rows;
        json.row("node");
        write_node(json, lot, direction_, whole);
        json.line();
    }

    void event(EventVisit const& visit) override {
        for (std::string_view flag : flag_names(visit.flags)) flags[flag] += 1;
        digests.insert(digests.end(), visit.digests.begin(), visit.digests.end());
        ++rows;
        if (query_.view == ViewForm::table) return;
        json.row("event");
        json.object().name("event").text(visit.id).name("seq").count(visit.seq).name("kind").text(visit.kind);
        json.name("time").time(visit.time_us, 0).name("site").text(visit.site).name("weight").number(visit.weight);
        json.name("basis_used").text(visit.basis).end_object().line();
    }

    void gap(GapVisit const& visit) override {
        ++rows;
        json.row("gap");
        json.object().name("reason").text(visit.reason).name("share").number(visit.share);
        if (visit.lot != nullptr) json.name("id").text(visit.lot->id);
        if (!visit.resolver.empty()) json.name("resolver").text(visit.resolver);
        if (!visit.enterprise.empty()) json.name("enterprise").text(visit.enterprise);
        json.end_object().line();
    }

    void credit(LotNumber, Weight const&) override {}

    JsonText json;
    LotAmounts whole;
    std::map<std::string_view, uint64_t> flags;
    std::vector<Digest> digests;
    uint64_t rows = 0;

  private:
    struct Sums {
        WeightSum sum;
    };
    Direction direction_;
    TraceQuery const& query_;
    std::unordered_map<LotNumber, Sums> again_;
};

TraceStream::TraceStream(std::unique_ptr<storage::View> view, Direction direction, TraceQuery query, WalkTerms terms,
                         AsOf as_of)
    : view_(std::move(view)),
      direction_(direction),
      query_(std::move(query)),
      terms_(std::move(terms)),
      as_of_(as_of),
      lines_(std::make_unique<Lines>(direction_, query_)),
      walk_(std::make_unique<Walk>(direction_, query_, terms_, as_of_.seq, *lines_)) {}

TraceStream::~TraceStream() = default;

Result<std::unique_ptr<TraceStream>> TraceStream::begin(std::unique_ptr<storage::View> view, Direction direction,
                                                        TraceQuery query, WalkTerms terms) {
    auto as_of = resolve_as_of(*view, query);
    if (!as_of) return fail(as_of.error());
    auto starts = resolve_starts(*view, query, terms, *as_of);
    if (!starts) return fail(starts.error());
    std::unique_ptr<TraceStream> out(
        new TraceStream(std::move(view), direction, std::move(query), std::move(terms), *as_of));
    if (auto begun = out->walk_->begin(*out->view_, *starts); !begun) return fail(begun.error());
    out->starts_ = std::move(*starts);
    if (out->terms_.clock != nullptr) out->from_ = out->terms_.clock->steady();
    return out;
}

void TraceStream::write_head() {
    JsonText& json = lines_->json;
    std::optional<int64_t> total;
    std::vector<ListedLot> starts;
    for (LotNumber number : starts_) {
        storage::LotRow const* row = walk_->source().lot(number);
        if (row == nullptr) continue;
        ListedLot& lot = starts.emplace_back();
        lot.id = row->id;
        lot.uri = row->uri;
        lot.kind = row->kind;
        lot.amounts = amounts_of(*row, query_.basis);
        if (lot.amounts.quantity) total = total.value_or(0) + *lot.amounts.quantity;
        lines_->whole.basis = lot.amounts.basis;
    }
    lines_->whole.quantity = total;
    json.row("head");
    json.object().name("kind").text(direction_ == Direction::up ? "upstream" : "downstream").name("query");
    write_query(json, query_, direction_);
    json.name("as_of").time(as_of_.record_time_us, 6).name("as_of_seq").count(as_of_.seq).name("start").array();
    for (ListedLot const& lot : starts) write_start(json, lot);
    json.end_array().end_object().line();
}

void TraceStream::write_tail() {
    JsonText& json = lines_->json;
    for (auto const& [number, campaign] : walk_->source().campaigns_in_order()) {
        if (campaign->states_visited == 0) continue;
        json.row("vessel");
        json.object().name("id").text(campaign->row.id).name("vessel");
        campaign->pooled ? json.null() : json.text(campaign->row.vessel);
        json.name("policy").text(campaign->pooled ? "pooled" : policy_name(campaign->row.policy));
        json.name("states_visited").count(campaign->states_visited).name("share").number(campaign->share);
        json.end_object().line();
    }
    ClosureNumbers closure = walk_->closure();
    json.row("tail");
    json.object();
    if (direction_ == Direction::down) write_located(json, walk_->located());
    write_closure(json, closure);
    json.name("quality").object().name("measured").number(walk_->measured());
    json.name("assumed").number(std::max(0.0, closure.resolved - walk_->measured())).end_object();
    json.name("flags").object();
    for (auto const& [flag, count] : lines_->flags) json.name(flag).count(count);
    json.end_object();
    double elapsed = 0;
    if (terms_.clock != nullptr) {
        elapsed = std::chrono::duration<double, std::milli>(terms_.clock->steady() - from_).count();
    }
    std::optional<uint64_t> rows_only;
    if (closure.masked > 0) rows_only = lines_->rows;
    write_stats(json, walk_->stats(), elapsed, rows_only);
    if (!walk_->stats().complete) json.name("truncated").boolean(true);
    json.name("graph_digest").text(digest_of(std::move(lines_->digests), query_line(query_, direction_), as_of_.seq));
    json.name("next").null().end_object().line();
}

bool TraceStream::next(std::string& out) {
    if (!head_written_) {
        head_written_ = true;
        write_head();
    }
    WalkBudget budget{query_.max_nodes, query_.max_edges == 0 ? UINT64_MAX : query_.max_edges, Steady::max()};
    if (terms_.clock != nullptr) budget.deadline = from_ + query_.timeout;
    auto more = walk_->run(*view_, budget, kNodesAPiece);
    if (!more) {
        lines_->json.row("error");
        lines_->json.object().name("code").text(slug(more.error().code)).name("detail").text(more.error().detail);
        lines_->json.end_object().line();
    } else if (!*more) {
        write_tail();
    }
    out += lines_->json.take();
    return more && *more;
}

}  // namespace ingot::tracechain

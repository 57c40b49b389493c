#include "tracechain/query_stream.hpp"

#include <algorithm>
#include <map>
#include <unordered_map>

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
        remember(visit);
        count_flags(flags, visit.row.flags);
        Weight entered = visit.entered;
        double state_f = visit.last_state ? visit.state_f : 0;
        bool update = false;
        if (visit.row.tail.states > 1 || again_.contains(visit.row.lot)) {
            auto [known, fresh] = again_.emplace(visit.row.lot, SoFar{});
            update = !fresh;
            known->second.entered.add(entered);
            entered = known->second.entered.value();
            state_f = known->second.state_f = std::max(known->second.state_f, state_f);
        }
        bool outside = visit.entered.f > 0 || visit.entered.d > 0;
        double compared = query_.cutoff == Cutoff::share && direction_ == Direction::down ? entered.d : entered.f;
        if ((visit.start && !outside) || compared < std::max(query_.theta, query_.min_share)) return;
        ListedLot lot = list_lot(visit.row, query_.basis);
        if (!shows(query_, lot)) return;
        lot.entered.add(entered);
        lot.state_f = state_f;
        lot.hops = visit.hops;
        lot.terminal = visit.terminal;
        lot.reported = update ? 0 : -1;
        ++rows;
        json.row("node");
        write_node(json, lot, query_, direction_, whole);
        json.line();
    }

    void event(EventVisit const& visit) override {
        count_flags(flags, visit.flags);
        bases[std::string(visit.basis)] += 1;
        digests.insert(digests.end(), visit.digests.begin(), visit.digests.end());
        ++rows;
        if (query_.view == ViewForm::table) return;
        json.row("event");
        json.object().name("event").text(visit.id).name("seq").count(visit.seq).name("kind").text(visit.kind);
        json.name("time").time(visit.time_us, 0).name("site").text(visit.site).name("weight").number(visit.weight);
        json.name("basis_used").text(visit.basis);
        write_sides(visit);
        json.end_object().line();
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

    bool listed(LotNumber lot) const override { return again_.contains(lot); }

    JsonText json;
    WalkSource* source = nullptr;  // of the walk
    LotAmounts whole;
    FlagCounts flags;
    BasisCounts bases;
    std::vector<Digest> digests;
    uint64_t rows = 0;

  private:
    // An event names the lots the walk came from, kept by name until their last event, and those it goes on to, whose
    // records it needs next anyway.
    void remember(LotVisit const& visit) {
        auto const& lines = visit.row.rows;
        bool const up = direction_ == Direction::up;
        auto const events = up ? (visit.terminal.empty() ? 1 : 0) : std::count_if(lines.begin(), lines.end(), takes);
        if (events == 0) return;
        Named& named = names_[visit.row.lot];
        named.id = visit.row.id;
        named.events += static_cast<uint32_t>(events);
    }

    std::string came_from(LotNumber lot) {
        auto const found = names_.find(lot);
        if (found == names_.end()) return {};
        std::string id = found->second.id;
        if (--found->second.events == 0) names_.erase(found);
        return id;
    }

    std::string goes_to(LotNumber lot) {
        storage::LotRow const* row = source->lot(lot);
        return row != nullptr && source->shows(lot) ? row->id : std::string();
    }

    void fetch(std::vector<LotNumber> const& lots) {
        std::vector<WalkSource::Wanted> wanted;
        for (LotNumber lot : lots)
            if (!source->has({false, lot})) wanted.push_back({false, lot});
        source->prefetch(wanted);
    }

    // Up walks name the inputs that are followed: those whose part of the event reaches theta.
    void write_sides(EventVisit const& visit) {
        bool const up = direction_ == Direction::up;
        std::vector<LotNumber> next = up ? std::vector<LotNumber>() : visit.outputs;
        for (auto const& [lot, c] : visit.inputs)
            if (up && visit.weight * c >= query_.theta) next.push_back(lot);
        fetch(next);
        json.name("inputs").array();
        for (auto const& [lot, c] : visit.inputs) {
            if (up && visit.weight * c < query_.theta) continue;
            std::string const id = up ? goes_to(lot) : came_from(lot);
            if (!id.empty()) json.object().name("id").text(id).name("c").number(c).end_object();
        }
        json.end_array().name("outputs").array();
        for (LotNumber lot : visit.outputs) {
            std::string const id = up ? came_from(lot) : goes_to(lot);
            if (!id.empty()) json.text(id);
        }
        json.end_array();
    }

    struct Named {
        std::string id;
        uint32_t events = 0;  // that may still name it
    };
    Direction direction_;
    TraceQuery const& query_;
    std::unordered_map<LotNumber, Named> names_;
    struct SoFar {
        WeightSum entered;
        double state_f = 0;
    };
    std::unordered_map<LotNumber, SoFar> again_;
};

TraceStream::TraceStream(std::unique_ptr<storage::View> view, Direction direction, TraceQuery query, WalkTerms terms,
                         AsOf as_of)
    : view_(std::move(view)),
      direction_(direction),
      query_(std::move(query)),
      terms_(std::move(terms)),
      as_of_(as_of),
      lines_(std::make_unique<Lines>(direction_, query_)),
      walk_(std::make_unique<Walk>(direction_, query_, terms_, as_of_.seq, *lines_)) {
    lines_->source = &walk_->source();
}

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
    auto listed = list_starts(*out->walk_, *starts, out->query_.basis);
    if (!listed) return fail(listed.error());
    out->starts_ = std::move(*listed);
    out->lines_->whole = sum_of(out->starts_);
    return out;
}

void TraceStream::write_head() {
    JsonText& json = lines_->json;
    json.row("head");
    tracechain::write_head(json, query_, direction_, as_of_);
    write_starts(json, starts_, query_.basis);
    json.end_object().line();
}

void TraceStream::write_tail() {
    JsonText& json = lines_->json;
    for (auto const& [number, campaign] : walk_->source().campaigns_in_order()) {
        if (campaign->states_visited == 0) continue;
        json.row("vessel");
        write_campaign(json, *campaign);
        json.line();
    }
    ClosureNumbers closure = walk_->closure();
    json.row("tail");
    json.object();
    if (direction_ == Direction::down) write_located(json, walk_->located());
    write_closure(json, closure);
    write_quality(json, walk_->measured(), closure.resolved, lines_->bases);
    write_flags(json, lines_->flags);
    std::optional<uint64_t> rows_only;
    if (closure.masked > 0) rows_only = lines_->rows;
    write_stats(json, walk_->stats(), spent_ms_, rows_only);
    json.name("graph_digest").text(digest_of(std::move(lines_->digests), query_line(query_, direction_), as_of_.seq));
    json.name("next").null().end_object().line();
}

bool TraceStream::next(std::string& out) {
    if (!head_written_) {
        head_written_ = true;
        write_head();
    }
    RunTimer const timer(terms_, query_);
    auto more = walk_->run(*view_, timer.budget(spent_ms_), kNodesAPiece);
    if (more && !*more && walk_->finished()) {
        if (auto credited = walk_->credit_waiting(); !credited) more = fail(credited.error());
    }
    spent_ms_ += timer.elapsed_ms();
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

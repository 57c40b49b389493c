#include "storage/rocks_engine.hpp"

#include <algorithm>
#include <future>

#include "storage/committer.hpp"
#include "storage/file_layer.hpp"
#include "storage/log_keys.hpp"

namespace ingot::storage {
namespace {

// A replica that took a page with a hole for whole would lose what stood there.
tl::unexpected<Error> missing(Sequence sequence) {
    return fail(Code::DataDamaged, "the ordered log has no entry " + std::to_string(sequence), "有序日志缺少记录");
}

class RocksEngine final : public Engine {
  public:
    RocksEngine(StoreOptions options, Clock& clock, Random& random, EventSink events)
        : committer_(std::move(options), clock, random, std::move(events)) {}

    Result<void> open() { return committer_.open(); }
    void start(CommitObserver observer) override { committer_.start(std::move(observer)); }

    Result<std::unique_ptr<View>> view() const override {
        auto point = committer_.read_point();
        if (!point) return fail(point.error());
        return std::make_unique<RocksView>(std::move(point->store), std::move(point->at), point->sequence);
    }
    void submit(Operation operation, Done done) override { committer_.submit(std::move(operation), std::move(done)); }

    Result<std::vector<LogEntry>> log(Sequence from, uint32_t limit) const override {
        auto view = this->view();
        if (!view) return fail(view.error());
        Range range{Space::log, change_key(from), change_key((*view)->sequence() + 1)};
        range.rows_max = limit;
        auto page = (*view)->scan(range);
        if (!page) return fail(page.error());
        std::vector<LogEntry> entries;
        Sequence next = std::max<Sequence>(from, 1);
        for (auto const& row : page->rows) {
            if (number_after("change/", row.key) != next) return missing(next);
            auto set = decode_change_set(row.value);
            if (!set) return fail(set.error());
            entries.push_back({next++, set->time, std::move(set->changes)});
        }
        if (!page->rest && next <= (*view)->sequence()) return missing(next);
        return entries;
    }
    Health health() const override { return committer_.health(); }
    Steady waiting_since() const override { return committer_.waiting_since(); }
    void answered_damaged(Error const& error) override { committer_.answered_damaged(error); }
    std::vector<StoreGauge> gauges() const { return committer_.gauges(); }

  private:
    Committer committer_;
};

}  // namespace

std::vector<StoreGauge> gauges_of(Engine const& engine) {
    auto const* ours = dynamic_cast<RocksEngine const*>(&engine);
    return ours ? ours->gauges() : std::vector<StoreGauge>();
}

Result<Committed> Engine::update(Operation operation) {
    std::promise<Result<Committed>> promise;
    auto future = promise.get_future();
    submit(std::move(operation), [&promise](Result<Committed> result) { promise.set_value(std::move(result)); });
    return future.get();
}

Result<std::unique_ptr<Engine>> open_store(StoreOptions options, Clock& clock, Random& random, EventSink events) {
    if (!options.files) options.files = disk_file_layer();
    if (options.anchor_dir.empty()) options.anchor_dir = options.data_dir + "/anchor";
    bool const started = options.started;
    auto engine = std::make_unique<RocksEngine>(std::move(options), clock, random, std::move(events));
    if (auto ok = engine->open(); !ok) return fail(ok.error());
    if (started) engine->start({});
    return engine;
}

Result<std::unique_ptr<Engine>> open_memory_store(Clock& clock, Random& random, StoreOptions options,
                                                  EventSink events) {
    if (!options.files) options.files = memory_file_layer();
    if (options.data_dir.empty()) options.data_dir = "/memory";
    return open_store(std::move(options), clock, random, std::move(events));
}

}  // namespace ingot::storage

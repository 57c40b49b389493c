#include "api/metrics.hpp"

#include <algorithm>

#include "registry/shared_map.hpp"

namespace ingot::api {
namespace {

using Counter = std::atomic<uint64_t>;

void add(Counter& counter, uint64_t count = 1) { counter.fetch_add(count, std::memory_order_relaxed); }
uint64_t read(Counter const& counter) { return counter.load(std::memory_order_relaxed); }

constexpr std::string_view kReasons[] = {"framing", "header_size", "body_size", "json", "rate",
                                         "auth",    "hidden",      "busy",      "full", "degraded"};
constexpr std::string_view kDoors[] = {"api-key", "other"};
constexpr std::string_view kKinds[] = {"commission", "receive",  "transform", "blend",  "split",   "charge",
                                       "draw",       "campaign", "pack",      "unpack", "move",    "ship",
                                       "dispose",    "adjust",   "correct",   "void",   "observe", "other"};
constexpr std::string_view kSteps[] = {"apply", "wal", "anchor"};
constexpr std::string_view kQueries[] = {"upstream", "downstream", "both", "explain", "other"};

template <size_t N>
size_t place(std::string_view const (&words)[N], std::string_view word) {
    auto const* found = std::find(std::begin(words), std::end(words), word);
    return found == std::end(words) ? N - 1 : static_cast<size_t>(found - words);
}

// Place in kReasons; none = not a refusal that is counted by reason.
size_t reason_of(Code code) {
    switch (code) {
        case Code::BadFraming:
        case Code::MethodUnknown:
        case Code::VersionNotSupported:
        case Code::ExpectationFailed:
        case Code::NotImplemented:
        case Code::RequestTimeout:
            return 0;
        case Code::HeaderTooLarge:
        case Code::TargetTooLong:
            return 1;
        case Code::BodyTooLarge:
        case Code::TooManyItems:
        case Code::CaptureLimit:
            return 2;
        case Code::BadJson:
        case Code::BadEncoding:
        case Code::JsonDepth:
        case Code::JsonSize:
        case Code::DuplicateMember:
            return 3;
        case Code::RateLimit:
        case Code::Quota:
        case Code::TooManyJobs:
            return 4;
        case Code::NotAuthenticated:
        case Code::InvalidToken:
        case Code::Forbidden:
        case Code::NoPermission:
        case Code::TwoCredentials:
            return 5;
        case Code::NotFound:
            return 6;
        case Code::Busy:
        case Code::Timeout:
        case Code::ShuttingDown:
            return 7;
        case Code::StorageFull:
            return 8;
        case Code::Degraded:
        case Code::StorageUnavailable:
        case Code::OutcomeUnknown:
            return 9;
        default:
            return std::size(kReasons);
    }
}

// Prefixes registered here, by text, with their labels. Immutable; a new prefix makes the next one, sharing the rest.
using PrefixPlaces = registry::SharedMap<size_t>;

struct PerPrefix {
    Counter ok[kSurfaces] = {}, failed[kSurfaces] = {};
};

constexpr size_t kNone = 0, kOther = 1, kFirst = 2;  // slots of unknown prefixes, of those without a label, of the rest

}  // namespace

struct Metrics::Cells {
    struct RouteCells {
        RouteLabels labels;
        Counter by_class[5] = {};
    };
    std::vector<RouteCells> routes;
    Counter unrouted[kSurfaces][5] = {};
    Histogram request_seconds[kSurfaces][3];
    Counter refused[std::size(kReasons)] = {};
    Counter auth_failed[std::size(kDoors)] = {};
    std::vector<PerPrefix> resolved, registered;
    std::vector<Counter> allocated;
    Histogram resolve_seconds, register_seconds, commit_seconds, trace_seconds[std::size(kQueries)];
    Counter trace_truncated[std::size(kQueries)] = {};
    Histogram group_seconds[std::size(kSteps)];
    Counter group_operations{0};
    Counter captured[std::size(kKinds)] = {};

    std::mutex prefixes_mutex;  // held while a prefix is added
    std::vector<std::string> prefixes;
    std::atomic<std::shared_ptr<PrefixPlaces const>> places{std::make_shared<PrefixPlaces const>()};

    explicit Cells(size_t prefix_max)
        : resolved(prefix_max + kFirst), registered(prefix_max + kFirst), allocated(prefix_max + kFirst) {}
    std::string_view prefix_label(size_t slot) const {
        return slot == kNone ? "none" : slot == kOther ? "other" : std::string_view(prefixes[slot - kFirst]);
    }
};

Metrics::Metrics() : Metrics(Options{}) {}
Metrics::Metrics(Options options)
    : options_(std::move(options)), cells_(std::make_unique<Cells>(options_.prefix_max)) {}
Metrics::~Metrics() = default;

void Metrics::set_routes(std::vector<RouteLabels> routes) {
    std::vector<Cells::RouteCells> cells(routes.size());
    for (size_t i = 0; i < routes.size(); ++i) cells[i].labels = std::move(routes[i]);
    cells_->routes = std::move(cells);
}

void Metrics::add_source(std::function<void(MetricsText&)> source) {
    std::lock_guard lock(sources_mutex_);
    sources_.push_back(std::move(source));
}

void Metrics::register_prefix(std::string_view prefix) {
    std::lock_guard lock(cells_->prefixes_mutex);
    auto const before = cells_->places.load();
    if (before->contains(prefix)) return;
    auto after = std::make_shared<PrefixPlaces>(*before);
    bool const room = cells_->prefixes.size() < options_.prefix_max;
    if (room) cells_->prefixes.emplace_back(prefix);
    after->put(prefix, room ? cells_->prefixes.size() - 1 + kFirst : kOther);
    cells_->places.store(std::move(after));
}

size_t Metrics::slot(std::string_view prefix) const {
    auto const places = cells_->places.load();
    size_t const* found = places->find(prefix);
    return found ? *found : kNone;
}

std::string_view Metrics::label_of(std::string_view prefix) const { return cells_->prefix_label(slot(prefix)); }

void Metrics::request(size_t route, Surface surface, Cost cost, int status, std::chrono::microseconds duration) {
    auto const of_class = static_cast<size_t>(std::clamp(status / 100, 1, 5) - 1);
    auto const which = static_cast<size_t>(surface);
    if (route < cells_->routes.size())
        add(cells_->routes[route].by_class[of_class]);
    else
        add(cells_->unrouted[which][of_class]);
    cells_->request_seconds[which][static_cast<size_t>(cost)].observe(duration);
}

void Metrics::refused(Code code) {
    if (size_t const reason = reason_of(code); reason < std::size(kReasons)) add(cells_->refused[reason]);
}

void Metrics::auth_failed(std::string_view door) { add(cells_->auth_failed[place(kDoors, door)]); }

void Metrics::resolved(std::string_view prefix, Surface surface, bool ok, std::chrono::microseconds duration) {
    PerPrefix& cell = cells_->resolved[slot(prefix)];
    add((ok ? cell.ok : cell.failed)[static_cast<size_t>(surface)]);
    cells_->resolve_seconds.observe(duration);
}

void Metrics::registered(std::string_view prefix, Surface surface, bool ok, std::chrono::microseconds duration,
                         uint64_t count) {
    PerPrefix& cell = cells_->registered[slot(prefix)];
    add((ok ? cell.ok : cell.failed)[static_cast<size_t>(surface)], count);
    cells_->register_seconds.observe(duration);
}

void Metrics::codes_allocated(std::string_view prefix, uint64_t count) { add(cells_->allocated[slot(prefix)], count); }
void Metrics::events_captured(std::string_view kind, uint64_t count) {
    add(cells_->captured[place(kKinds, kind)], count);
}
void Metrics::committed(std::chrono::microseconds duration) { cells_->commit_seconds.observe(duration); }

void Metrics::group_committed(std::chrono::microseconds apply, std::chrono::microseconds wal,
                              std::chrono::microseconds anchor, uint64_t operations) {
    cells_->group_seconds[0].observe(apply);
    cells_->group_seconds[1].observe(wal);
    cells_->group_seconds[2].observe(anchor);
    add(cells_->group_operations, operations);
}

void Metrics::traced(std::string_view query, std::chrono::microseconds duration, bool truncated) {
    size_t const which = place(kQueries, query);
    cells_->trace_seconds[which].observe(duration);
    if (truncated) add(cells_->trace_truncated[which]);
}

namespace {

constexpr std::string_view kClasses[] = {"1xx", "2xx", "3xx", "4xx", "5xx"};

bool ever(Histogram const& histogram) {
    for (uint64_t count : histogram.counts())
        if (count) return true;
    return false;
}

// A series appears on first use.
void sample_used(MetricsText& text, MetricsText::Labels labels, Counter const& counter) {
    if (uint64_t const value = read(counter)) text.sample(labels, value);
}

void write_per_prefix(MetricsText& text, std::string_view prefix, PerPrefix const& cell) {
    for (size_t s = 0; s < kSurfaces; ++s) {
        auto const surface = name(static_cast<Surface>(s));
        sample_used(text, {{"prefix", prefix}, {"surface", surface}, {"result", "ok"}}, cell.ok[s]);
        sample_used(text, {{"prefix", prefix}, {"surface", surface}, {"result", "fail"}}, cell.failed[s]);
    }
}

template <class AllCells>
void write_http(MetricsText& text, AllCells const& cells) {
    text.family("ingot_http_requests_total", "counter", "Requests answered.");
    for (auto const& route : cells.routes)
        for (size_t k = 0; k < 5; ++k)
            sample_used(text,
                        {{"surface", name(route.labels.surface)},
                         {"route", route.labels.path},
                         {"method", route.labels.method},
                         {"code", kClasses[k]}},
                        route.by_class[k]);
    for (size_t s = 0; s < kSurfaces; ++s)
        for (size_t k = 0; k < 5; ++k)
            sample_used(text,
                        {{"surface", name(static_cast<Surface>(s))},
                         {"route", "none"},
                         {"method", "other"},
                         {"code", kClasses[k]}},
                        cells.unrouted[s][k]);
    text.family("ingot_http_request_seconds", "histogram", "Time from the first byte to the answer.");
    for (size_t s = 0; s < kSurfaces; ++s)
        for (size_t c = 0; c < 3; ++c)
            if (ever(cells.request_seconds[s][c]))
                text.histogram({{"surface", name(static_cast<Surface>(s))}, {"cost", name(static_cast<Cost>(c))}},
                               cells.request_seconds[s][c]);
    text.family("ingot_http_refused_total", "counter", "Requests refused, by reason.");
    for (size_t i = 0; i < std::size(kReasons); ++i) sample_used(text, {{"reason", kReasons[i]}}, cells.refused[i]);
    text.family("ingot_auth_failures_total", "counter", "Credentials refused.");
    for (size_t i = 0; i < std::size(kDoors); ++i) sample_used(text, {{"door", kDoors[i]}}, cells.auth_failed[i]);
}

template <class AllCells>
void write_domain(MetricsText& text, AllCells const& cells, size_t slots) {
    text.family("ingot_resolve_total", "counter", "Resolutions, by prefix registered here.");
    for (size_t slot = 0; slot < slots; ++slot) write_per_prefix(text, cells.prefix_label(slot), cells.resolved[slot]);
    text.family("ingot_register_total", "counter", "Registrations, by prefix registered here.");
    for (size_t slot = 0; slot < slots; ++slot)
        write_per_prefix(text, cells.prefix_label(slot), cells.registered[slot]);
    text.family("ingot_resolve_seconds", "histogram", "Time of one resolution.");
    text.histogram({}, cells.resolve_seconds);
    text.family("ingot_register_seconds", "histogram", "Time of one registration, until durable.");
    text.histogram({}, cells.register_seconds);
    text.family("ingot_code_allocated_total", "counter", "Codes assigned.");
    for (size_t slot = 0; slot < slots; ++slot)
        sample_used(text, {{"prefix", cells.prefix_label(slot)}}, cells.allocated[slot]);
    text.family("ingot_events_captured_total", "counter", "Events stored, by kind.");
    for (size_t i = 0; i < std::size(kKinds); ++i) sample_used(text, {{"kind", kKinds[i]}}, cells.captured[i]);
    text.family("ingot_trace_seconds", "histogram", "Time of one trace query.");
    for (size_t i = 0; i < std::size(kQueries); ++i)
        if (ever(cells.trace_seconds[i])) text.histogram({{"query", kQueries[i]}}, cells.trace_seconds[i]);
    text.family("ingot_trace_truncated_total", "counter", "Trace answers cut at a limit.");
    for (size_t i = 0; i < std::size(kQueries); ++i)
        sample_used(text, {{"query", kQueries[i]}}, cells.trace_truncated[i]);
    text.family("ingot_change_seconds", "histogram", "Time from the committer's queue to a durable change.");
    text.histogram({}, cells.commit_seconds);
}

template <class AllCells>
void write_groups(MetricsText& text, AllCells const& cells) {
    text.family("ingot_commit_seconds", "histogram", "Time of one commit group, by step.");
    for (size_t i = 0; i < std::size(kSteps); ++i) text.histogram({{"step", kSteps[i]}}, cells.group_seconds[i]);
    text.family("ingot_commit_operations_total", "counter", "Changes that are durable, since the node started.");
    text.sample({}, read(cells.group_operations));
}

}  // namespace

std::string Metrics::scrape(size_t* series) const {
    MetricsText text;
    text.family("ingot_build_info", "gauge", "What is running.");
    text.sample({{"version", options_.version},
                 {"commit", options_.commit},
                 {"rocksdb", options_.rocksdb},
                 {"openssl", options_.openssl}},
                uint64_t{1});
    write_http(text, *cells_);
    text.family("ingot_http_unsent_total", "counter", "Answers whose peer had gone.");
    text.sample({}, read(unsent_));
    text.family("ingot_idempotent_replays_total", "counter", "Changes answered from a stored answer.");
    text.sample({}, read(replays_));
    text.family("ingot_audit_dropped_total", "counter", "Audit lines of refusals that the store did not take.");
    text.sample({}, read(audit_dropped_));
    text.family("ingot_io_errors_total", "counter", "Times the disk failed a write, a sync or a re-opening.");
    text.sample({{"kind", "store"}}, read(io_errors_));
    text.family("ingot_store_reopen_total", "counter", "Times the store was opened again after a failure.");
    text.sample({{"kind", "done"}}, read(reopened_));
    write_groups(text, *cells_);
    {
        std::lock_guard lock(cells_->prefixes_mutex);
        write_domain(text, *cells_, cells_->prefixes.size() + kFirst);
    }
    std::lock_guard lock(sources_mutex_);
    for (auto const& source : sources_) source(text);
    if (series) *series = text.series();
    return text.take();
}

}  // namespace ingot::api

#include "app/plant.hpp"

#include <algorithm>
#include <cstdio>
#include <map>

#include "base/encoding.hpp"

namespace ingot::app {
namespace {

constexpr int kTrucksADay = 20, kHeatsADay = 12, kBundlesACast = 80;
constexpr int64_t kTruck = 60'000, kPile = 140 * kTruck, kCharge = 100'000, kHeel = 28'000, kPoolShare = 11'000;
constexpr int64_t kDross = 66'000, kPool = 132'000;
constexpr int kFirstPileDay = 7, kFirstCastDay = 15;

// Remembers the sizes of heats and kettles that later events draw on.
class Plant {
  public:
    Plant(int days, std::function<bool(PlantEvent const&)> const& sink) : days_(days), sink_(sink) {}

    void run() {
        for (day_ = 0; day_ < days_ && going_; ++day_) {
            std::multimap<int, PlantEvent> of_day;  // by minute; equal minutes keep the order of making
            for (PlantEvent& event : make_day()) of_day.emplace(event.minute, std::move(event));
            for (auto const& [minute, event] : of_day) {
                going_ = going_ && sink_(event);
            }
        }
    }

  private:
    static PlantLot lot(char const* series, std::string name, int day, int ordinal) {
        return {series, series + std::move(name), day, ordinal};
    }
    static PlantLot truck(int day, int k) { return lot("R", std::to_string(day) + "_" + std::to_string(k), day, k); }
    static PlantLot pile(int number) { return lot("P", std::to_string(number), number * 7, 0); }
    static PlantLot heat(int n) { return lot("H", std::to_string(n), kFirstPileDay + n / kHeatsADay, n % kHeatsADay); }
    static PlantLot kettle(int m) { return lot("K", std::to_string(m), kFirstPileDay + m / 4, m % 4); }
    static PlantLot pool(int day) { return lot("POOL", std::to_string(day), day, 0); }
    static PlantLot dross(int day, int cast) {
        return lot("SC", std::to_string(day) + "_" + std::to_string(cast), day, cast);
    }
    static PlantLot bundle(int day, int cast, int b) {
        return lot("Z", std::to_string(day) + "_" + std::to_string(cast) + "_" + std::to_string(b), day,
                   cast * kBundlesACast + b);
    }

    std::vector<PlantEvent> make_day() {
        std::vector<PlantEvent> events;
        for (int k = 0; k < kTrucksADay; ++k) events.push_back({day_, k, {}, {{truck(day_, k), kTruck}}});
        if (day_ < kFirstPileDay) return events;
        if (day_ % 7 == 0) events.push_back(build_pile());
        for (int h = 0; h < kHeatsADay; ++h) {
            events.push_back(tap_heat(h));
            if (h % 3 == 2) events.push_back(fill_kettle(h));
        }
        if (day_ >= kFirstCastDay) {
            for (int c = 0; c < 2; ++c) events.push_back(cast_bundles(c));
            events.push_back({day_, 810, {{dross(day_, 0), kDross}, {dross(day_, 1), kDross}}, {{pool(day_), kPool}}});
        }
        return events;
    }

    PlantEvent build_pile() const {
        PlantEvent event{day_, 30, {}, {{pile(day_ / 7), kPile}}};
        for (int d = day_ - 7; d < day_; ++d)
            for (int k = 0; k < kTrucksADay; ++k) event.inputs.push_back({truck(d, k), kTruck});
        return event;
    }

    PlantEvent tap_heat(int h) {
        int n = kHeatsADay * (day_ - kFirstPileDay) + h;
        PlantEvent event{day_, 60 + 60 * h, {{pile(day_ / 7), kCharge}}, {}};
        if (n > 0) event.inputs.push_back({heat(n - 1), kHeel});
        if (day_ - 1 >= kFirstCastDay) event.inputs.push_back({pool(day_ - 1), kPoolShare});
        int64_t size = 0;
        for (auto const& input : event.inputs) size += input.kg;
        heats_.push_back(size);
        event.outputs.push_back({heat(n), size});
        return event;
    }

    PlantEvent fill_kettle(int h) {
        int m = 4 * (day_ - kFirstPileDay) + (h - 2) / 3;
        PlantEvent event{day_, 90 + 60 * h, {}, {}};
        int64_t size = 0;
        for (int i = 3 * m; i < 3 * m + 3; ++i) {
            event.inputs.push_back({heat(i), heats_[size_t(i)] - kHeel});
            size += event.inputs.back().kg;
        }
        kettles_.push_back(size);
        event.outputs.push_back({kettle(m), size});
        return event;
    }

    PlantEvent cast_bundles(int c) const {
        PlantEvent event{day_, 800 + c, {}, {}};
        int64_t total = 0;
        for (int j = 0; j < 4; ++j) {
            int m = 4 * (day_ - kFirstCastDay) + j;
            int64_t half = kettles_[size_t(m)] / 2;
            event.inputs.push_back({kettle(m), c == 0 ? half : kettles_[size_t(m)] - half});
            total += event.inputs.back().kg;
        }
        int64_t left = total - kDross, each = left / kBundlesACast;
        for (int b = 0; b < kBundlesACast; ++b)
            event.outputs.push_back({bundle(day_, c, b), b + 1 < kBundlesACast ? each : left - each * b});
        event.outputs.push_back({dross(day_, c), kDross});
        return event;
    }

    int days_, day_ = 0;
    std::function<bool(PlantEvent const&)> const& sink_;
    bool going_ = true;
    std::vector<int64_t> heats_, kettles_;
};

std::string uri(PlantLot const& lot, PlantSpelling const& spelling) {
    std::string suffix = spelling.suffix ? spelling.suffix(lot) : lot.name;
    return "https://" + spelling.host + "/" + spelling.prefix + "/" + percent_encode(suffix, "/");
}

void append_quantities(std::string& out, char const* member, std::vector<PlantAmount> const& amounts,
                       PlantSpelling const& spelling) {
    out += ",\"";
    out += member;
    out += "\":[";
    for (size_t i = 0; i < amounts.size(); ++i) {
        if (i > 0) out += ',';
        out += "{\"epcClass\":\"" + uri(amounts[i].lot, spelling) + "\",\"quantity\":" + std::to_string(amounts[i].kg) +
               ",\"uom\":\"KGM\"}";
    }
    out += ']';
}

char const* step(PlantEvent const& event) {
    std::string_view series = event.outputs.front().lot.series;
    if (event.inputs.empty()) return "\"commissioning\"";
    if (series == "P") return "\"https://ingot.example/ns/step/blending\"";
    if (series == "H") return "\"https://ingot.example/ns/step/smelting\"";
    if (series == "K") return "\"https://ingot.example/ns/step/refining\"";
    if (series == "Z") return "\"https://ingot.example/ns/step/casting\"";
    return "\"collecting\"";
}

}  // namespace

void generate_plant(int days, std::function<bool(PlantEvent const&)> const& sink) { Plant(days, sink).run(); }

std::string plant_event_json(PlantEvent const& event, uint64_t ordinal, PlantSpelling const& spelling) {
    char id[40];
    std::snprintf(id, sizeof id, "%012llu", static_cast<unsigned long long>(ordinal));
    auto time = spelling.start + std::chrono::days(event.day) + std::chrono::minutes(event.minute);
    bool commission = event.inputs.empty();
    std::string out = commission ? R"({"type":"ObjectEvent","action":"ADD")" : R"({"type":"TransformationEvent")";
    out += ",\"eventID\":\"https://" + spelling.host + "/" + spelling.prefix + "/EV." + id + "\"";
    out += ",\"eventTime\":\"" + format_time(time, 0) + "\",\"eventTimeZoneOffset\":\"+00:00\"";
    out += ",\"bizStep\":";
    out += step(event);
    if (commission) {
        append_quantities(out, "quantityList", event.outputs, spelling);
        out += R"(,"ilmd":{"ingot:material":"https://ingot.example/ns/material/pb-concentrate","ingot:origin":)"
               R"({"ingot:originType":"mine","ingot:country":"CN"}})";
    } else {
        append_quantities(out, "inputQuantityList", event.inputs, spelling);
        append_quantities(out, "outputQuantityList", event.outputs, spelling);
    }
    return out + "}";
}

}  // namespace ingot::app

#include "storage/overlay.hpp"

#include <algorithm>

namespace ingot::storage {
namespace {

// The rows of one map inside a range, walked in the direction of the range.
class LayerCursor {
  public:
    LayerCursor(Overlay::Map const& map, Range const& range)
        : reverse_(range.reverse),
          begin_(map.lower_bound(range.begin)),
          end_(range.end.empty() ? map.end() : map.lower_bound(range.end)) {
        if (!range.end.empty() && range.end <= range.begin) end_ = begin_;
    }
    bool done() const { return begin_ == end_; }
    Overlay::Map::value_type const& row() const { return reverse_ ? *std::prev(end_) : *begin_; }
    void next() {
        if (reverse_)
            --end_;
        else
            ++begin_;
    }

  private:
    bool reverse_;
    Overlay::Map::const_iterator begin_, end_;
};

// The rows of the base inside a range, page after page.
class BaseCursor {
  public:
    BaseCursor(View const& base, Range range) : base_(base), rest_(std::move(range)) { rest_->past_damage = false; }
    // False at the end; an error is kept in `error`.
    bool ready() {
        while (at_ == page_.rows.size()) {
            if (!rest_) return false;
            auto page = base_.scan(*rest_);
            if (!page) {
                error = page.error();
                return false;
            }
            page_ = std::move(*page);
            rest_ = page_.rest;
            at_ = 0;
        }
        return true;
    }
    Row& row() { return page_.rows[at_]; }
    void next() { ++at_; }
    std::optional<Error> error;

  private:
    View const& base_;
    std::optional<Range> rest_;
    Page page_;
    size_t at_ = 0;
};

// Base and layers as one ordered stream of live rows.
class MergedCursor {
  public:
    MergedCursor(View const& base, std::vector<Overlay const*> const& layers, Range const& range)
        : reverse_(range.reverse), base_(base, range) {
        for (auto const* layer : layers) layers_.emplace_back(layer->rows(range.space), range);
    }
    Result<std::optional<Row>> next() {
        for (;;) {
            std::string const* key = nullptr;
            auto first = [&](std::string const& candidate) {
                if (key == nullptr || (reverse_ ? candidate > *key : candidate < *key)) key = &candidate;
            };
            bool in_base = base_.ready();
            if (base_.error) return fail(*base_.error);
            if (in_base) first(base_.row().key);
            for (auto const& layer : layers_)
                if (!layer.done()) first(layer.row().first);
            if (key == nullptr) return std::optional<Row>{};
            std::string chosen = *key;
            std::optional<std::string> value;
            if (in_base && base_.row().key == chosen) {
                value = std::move(base_.row().value);
                base_.next();
            }
            for (auto& layer : layers_)
                if (!layer.done() && layer.row().first == chosen) {
                    value = layer.row().second;
                    layer.next();
                }
            if (value) return std::optional<Row>(Row{std::move(chosen), std::move(*value)});
        }
    }

  private:
    bool reverse_;
    BaseCursor base_;
    std::vector<LayerCursor> layers_;
};

}  // namespace

void Overlay::set(Space space, std::string key, std::optional<std::string> value) {
    Map& map = rows(space);
    if (map.empty() || map.rbegin()->first < key)
        map.emplace_hint(map.end(), std::move(key), std::move(value));
    else
        map.insert_or_assign(std::move(key), std::move(value));
}

std::optional<std::string> const* Overlay::find(Space space, Bytes key) const {
    Map const& map = rows(space);
    auto it = map.find(key);
    return it == map.end() ? nullptr : &it->second;
}

void Overlay::fold(Overlay&& newer) {
    for (size_t i = 0; i < kSpaces; ++i) {
        Map &into = maps_[i], &from = newer.maps_[i];
        if (into.empty()) {
            into.swap(from);
            continue;
        }
        while (!from.empty()) {
            auto result = into.insert(from.extract(from.begin()));
            if (!result.inserted) result.position->second = std::move(result.node.mapped());
        }
    }
}

bool Overlay::empty() const {
    return std::all_of(maps_.begin(), maps_.end(), [](Map const& map) { return map.empty(); });
}

std::optional<std::string> const* LayeredView::find(Space space, Bytes key) const {
    for (size_t i = layers_.size(); i-- > 0;)
        if (auto const* value = layers_[i]->find(space, key)) return value;
    return nullptr;
}

Result<std::optional<std::string>> LayeredView::get(Space space, Bytes key) const {
    if (auto const* value = find(space, key)) return *value;
    return base_.get(space, key);
}

Result<std::vector<std::optional<std::string>>> LayeredView::multi_get(Space space,
                                                                       std::span<std::string const> keys) const {
    auto out = base_.multi_get(space, keys);
    if (!out) return out;
    for (size_t i = 0; i < keys.size(); ++i)
        if (auto const* value = find(space, keys[i])) (*out)[i] = *value;
    return out;
}

bool LayeredView::touches(Range const& range) const {
    return std::any_of(layers_.begin(), layers_.end(),
                       [&](Overlay const* layer) { return !LayerCursor(layer->rows(range.space), range).done(); });
}

Result<Page> LayeredView::scan(Range const& range) const {
    if (!touches(range)) return base_.scan(range);
    MergedCursor cursor(base_, layers_, range);
    Page page;
    size_t bytes = 0;
    for (;;) {
        auto row = cursor.next();
        if (!row) return fail(row.error());
        if (!*row) return page;
        if (page.rows.size() >= range.rows_max || (bytes >= range.bytes_max && !page.rows.empty())) {
            page.rest = range;
            if (range.reverse)
                page.rest->end = page.rows.back().key;
            else
                page.rest->begin = page.rows.back().key + '\0';
            return page;
        }
        bytes += (*row)->key.size() + (*row)->value.size();
        page.rows.push_back(std::move(**row));
    }
}

}  // namespace ingot::storage

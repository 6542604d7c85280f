import SampleKit
import TesseraImaging
import TesseraTensor

/// Both densities, D and the way of the noise, stage by stage.
struct StagePicture {
  let data: NormalDistribution

  private static let binCount = 100
  private static let arrowCount = 21

  func draw(_ stages: [Stage]) -> Image {
    let spans = stages.map { GeneratedDistribution(of: $0.pair) }
    // Room for the data and, as far as it is of the same size, for what the generator makes.
    let lower = min(spans.map { $0.values[$0.values.count / 100] }.min() ?? 0, data.mean - 3 * data.deviation)
    let upper = max(spans.map { $0.values[$0.values.count * 99 / 100] }.max() ?? 0, data.mean + 3 * data.deviation)
    let margin = data.deviation / 2
    let x = max(lower, data.mean - 20 * data.deviation) - margin...min(upper, data.mean + 20 * data.deviation) + margin
    let y = 0...max(1.05, 1.3 * data.density(data.mean))
    let charts = zip(stages, spans).map { stage, generated in
      chart(stage, generated, x: x, y: y)
    }
    return ChartSheet(charts, columns: 2, width: 560, height: 400).draw()
  }

  private func chart(
    _ stage: Stage, _ generated: GeneratedDistribution, x: ClosedRange<Double>, y: ClosedRange<Double>
  ) -> Chart {
    let width = (x.upperBound - x.lowerBound) / Double(Self.binCount)
    let heights = generated.shares(in: x, bins: Self.binCount).map { $0 / width }
    // Each bin as a step, so that it reads as a histogram.
    let steps = heights.enumerated().flatMap { index, height in
      let left = x.lowerBound + Double(index) * width
      return [ChartPoint(left, height), ChartPoint(left + width, height)]
    }
    let places = (0...400).map { x.lowerBound + Double($0) / 400 * (x.upperBound - x.lowerBound) }
    let best = heights.indices.compactMap { index -> ChartPoint? in
      let place = x.lowerBound + (Double(index) + 0.5) * width
      let sum = data.density(place) + heights[index]
      // Where neither density has mass the optimum is not defined.
      return sum > 0.01 ? ChartPoint(place, data.density(place) / sum) : nil
    }
    return Chart(
      stage.title, xName: "x", x: x, y: y,
      series: [
        Series("density of G's samples (histogram)", .area, ChartColors.green, steps),
        Series(
          "density of the data (exact)", .line, ChartColors.black, places.map { ChartPoint($0, data.density($0)) }),
        Series("best D for this G, where there is mass", .line, ChartColors.purple, best),
        Series(
          "D(x)", .dashes, ChartColors.blue, zip(places, verdicts(stage.pair, on: places)).map { ChartPoint($0, $1) }),
      ], arrows: Chart.Arrows("z, and where G takes it", range: Noise.range, arrows(stage.pair)))
  }

  private func arrows(_ pair: AdversarialPair) -> [Chart.Arrow] {
    let noise = Noise.lattice(Self.arrowCount)
    return zip(noise.elements, pair.generated(from: noise).elements).map {
      Chart.Arrow(from: Double($0), to: Double($1))
    }
  }
}

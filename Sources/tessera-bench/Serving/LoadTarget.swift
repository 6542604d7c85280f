/// What a load is put on.
protocol LoadTarget: Sendable {
  /// Has one image segmented and waits for its palette PNG.
  ///
  /// - Parameter lane: whoever asks; targets of several connections spread lanes over them.
  func segment(_ image: LoadImage, lane: Int) async throws(LoadRefusal) -> LoadAnswer
}

/// An answer.
struct LoadAnswer: Sendable {
  let palettePNG: [UInt8]
  /// Requests that were computed with it; nil where the server does not tell.
  let batchSize: Int?
}

/// No answer, and why.
struct LoadRefusal: Error, Hashable, Sendable {
  /// A short name, such as OVERLOADED or HTTP_503.
  let code: String
}

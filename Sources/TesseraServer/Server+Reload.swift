extension Server {
  /// Loads each model anew whose source has changed, aside from those that serve, and then puts it in their place.
  ///
  /// No request fails of it: those that are admitted are answered by the generation that they were admitted to. What
  /// cannot be used is logged, and the old one goes on. Calls while a pass is under way share one more behind it.
  /// Before ``run()`` it waits for the server to begin.
  public nonisolated func reload() async -> ReloadReport { await loading.reload() }

  /// Asks for what ``reload()`` does, and does not wait for it.
  public nonisolated func requestReload() { loading.request() }
}

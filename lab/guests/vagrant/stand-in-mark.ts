/** What a stand-in for a hypervisor's program has to say of itself, so that nothing learnt from it is called Windows. */
export const STAND_IN_MARK = 'Stand-in of AniVault Lab';

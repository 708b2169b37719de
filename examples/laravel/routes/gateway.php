<?php

use GatewayClient\Laravel\Http\PageController;
use Illuminate\Support\Facades\Route;

Route::prefix(config('gateway.route_prefix'))
    ->middleware(config('gateway.route_middleware'))
    ->group(function (): void {
        Route::post('bind', [PageController::class, 'bind'])->name('gateway.bind');
        Route::post('leave', [PageController::class, 'leave'])->name('gateway.leave');
        Route::get('token', [PageController::class, 'token'])->name('gateway.token');
        Route::post('members', [PageController::class, 'members'])->name('gateway.members');
    });
